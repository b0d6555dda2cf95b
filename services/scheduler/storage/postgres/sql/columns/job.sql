-- As JobFromRow in job_rows.cc reads them.
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
  batch_id, gpu_memory_peak_mib, webhook, attribution
