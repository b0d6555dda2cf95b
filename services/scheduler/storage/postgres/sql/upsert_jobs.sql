-- $1 ... $46  one array per column, in the order of the column list; $28 holds each
--             job's chunks as the literal of a text[], $37 its parents as that of a uuid[]
-- Inserts jobs, and replaces those stored under a lower version, or without the time until
-- which they are kept. An input that has
-- left the queue is kept from the row before. In the order of their ids, so that two
-- who store the same jobs do not wait for each other.
INSERT INTO scheduler.furnace_jobs AS stored (
  id, endpoint_id, project_id, status, input, output, input_stored, output_stored, error,
  cause, priority, affinity, timeout_us, max_retries, attempt, retry_count, loss_count,
  worker_id, gpu_type, gpu_count, cold_start_us, queued_at, first_started_at, started_at,
  completed_at, gpu_time_us, progress, chunks, chunk_count, version, backoff_ms, max_backoff_ms,
  no_retry, concurrency_key, not_before, expires_at, depends_on, on_parent_failure,
  refers_to_outputs, progress_sequence, batch_id, gpu_memory_peak_mib, webhook, attribution,
  kept_until, s3_config)
SELECT
  id, endpoint_id, project_id, status, input, output, input_stored, output_stored, error,
  cause, priority, affinity, timeout_us, max_retries, attempt, retry_count, loss_count,
  worker_id, gpu_type, gpu_count, cold_start_us, queued_at, first_started_at, started_at,
  completed_at, gpu_time_us, progress, chunks::text[], chunk_count, version,
  backoff_ms, max_backoff_ms, no_retry, concurrency_key, not_before, expires_at,
  depends_on::uuid[], on_parent_failure, refers_to_outputs, progress_sequence, batch_id,
  gpu_memory_peak_mib, webhook, attribution, kept_until, s3_config
FROM unnest(
  $1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::boolean[],
  $8::boolean[], $9::text[], $10::smallint[], $11::smallint[], $12::text[], $13::bigint[],
  $14::int[], $15::int[], $16::int[], $17::int[], $18::text[], $19::text[], $20::int[],
  $21::bigint[], $22::timestamptz[], $23::timestamptz[], $24::timestamptz[],
  $25::timestamptz[], $26::bigint[], $27::text[], $28::text[], $29::bigint[], $30::bigint[],
  $31::bigint[], $32::bigint[], $33::int[], $34::text[], $35::timestamptz[], $36::timestamptz[],
  $37::text[], $38::smallint[], $39::boolean[], $40::bigint[], $41::uuid[], $42::bigint[],
  $43::text[], $44::text[], $45::timestamptz[], $46::text[]
) AS new (
  id, endpoint_id, project_id, status, input, output, input_stored, output_stored, error,
  cause, priority, affinity, timeout_us, max_retries, attempt, retry_count, loss_count,
  worker_id, gpu_type, gpu_count, cold_start_us, queued_at, first_started_at, started_at,
  completed_at, gpu_time_us, progress, chunks, chunk_count, version, backoff_ms, max_backoff_ms,
  no_retry, concurrency_key, not_before, expires_at, depends_on, on_parent_failure,
  refers_to_outputs, progress_sequence, batch_id, gpu_memory_peak_mib, webhook, attribution,
  kept_until, s3_config)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET
  input = coalesce(excluded.input, stored.input),
  status = excluded.status, output = excluded.output, output_stored = excluded.output_stored,
  error = excluded.error, cause = excluded.cause, attempt = excluded.attempt, retry_count =
  excluded.retry_count, loss_count = excluded.loss_count, worker_id = excluded.worker_id,
  gpu_type = excluded.gpu_type, gpu_count = excluded.gpu_count, cold_start_us =
  excluded.cold_start_us, first_started_at = excluded.first_started_at, started_at =
  excluded.started_at, completed_at = excluded.completed_at, gpu_time_us =
  excluded.gpu_time_us, progress = excluded.progress, chunks = excluded.chunks, chunk_count =
  excluded.chunk_count, version = excluded.version,
  not_before = excluded.not_before, expires_at = excluded.expires_at,
  progress_sequence = excluded.progress_sequence, kept_until = excluded.kept_until,
  s3_config = excluded.s3_config, gpu_memory_peak_mib = excluded.gpu_memory_peak_mib
WHERE stored.version < excluded.version
   OR (stored.version = excluded.version AND stored.kept_until IS NULL
       AND excluded.kept_until IS NOT NULL)
