-- As WebhookFromRow in webhook_outbox.cc reads them; the body is another.
  id, project_id, kind, subject, url, status, attempts, earlier_attempts, last_error,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  (extract(epoch FROM next_at) * 1000000)::bigint,
  (extract(epoch FROM give_up_at) * 1000000)::bigint,
  (extract(epoch FROM ended_at) * 1000000)::bigint,
  position
