-- $1 project, $2 endpoint or NULL, $3 status or NULL, $4 ids below this one or NULL,
-- $5 most rows, $6 batch or NULL
-- Returns the columns of JobFromRow in job_rows.cc, by falling id.
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
  batch_id
FROM scheduler.furnace_jobs
WHERE project_id = $1
  AND ($2::uuid IS NULL OR endpoint_id = $2::uuid)
  AND ($3::smallint IS NULL OR status = $3::smallint)
  AND ($4::uuid IS NULL OR id < $4::uuid)
  AND ($6::uuid IS NULL OR batch_id = $6::uuid)
ORDER BY id DESC
LIMIT $5::int
