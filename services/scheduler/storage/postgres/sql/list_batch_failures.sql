-- $1 batch, $2 project it must belong to, $3 places behind this one, $4 most rows
-- Returns its jobs that ended without a result: the columns of JobFromRow in job_rows.cc,
-- then the place in the batch, from 0.
SELECT
  id, endpoint_id, project_id, status, error, cause, priority, affinity, timeout_us, max_retries,
  attempt, retry_count, loss_count, worker_id, gpu_type, gpu_count, cold_start_us,
  (extract(epoch FROM queued_at) * 1000000)::bigint,
  (extract(epoch FROM first_started_at) * 1000000)::bigint,
  (extract(epoch FROM started_at) * 1000000)::bigint,
  (extract(epoch FROM completed_at) * 1000000)::bigint,
  gpu_time_us, progress, version, input_stored, output_stored,
  backoff_ms, max_backoff_ms, no_retry, concurrency_key,
  (extract(epoch FROM not_before) * 1000000)::bigint,
  (extract(epoch FROM expires_at) * 1000000)::bigint,
  array_to_string(depends_on, ' '), on_parent_failure, refers_to_outputs, progress_sequence,
  batch_id,
  position - 1
FROM scheduler.furnace_jobs
JOIN (
  SELECT job AS id, position
  FROM scheduler.furnace_batches AS batch
  CROSS JOIN LATERAL unnest(batch.job_ids) WITH ORDINALITY AS item (job, position)
  WHERE batch.id = $1 AND batch.project_id = $2
) AS places USING (id)
WHERE status > 5 AND position - 1 > $3::int
ORDER BY position
LIMIT $4::int
