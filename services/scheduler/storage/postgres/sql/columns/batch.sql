-- As BatchFromRow in batch_store.cc reads them.
  id, endpoint_id, project_id, name, one_worker,
  (extract(epoch FROM created_at) * 1000000)::bigint,
  total, in_progress, completed, failed, timed_out, cancelled,
  (extract(epoch FROM started_at) * 1000000)::bigint,
  (extract(epoch FROM ended_at) * 1000000)::bigint,
  gpu_time_us, version, webhook_url
