-- What BillIn reads, from usage_records AS r.
r.transaction, r.position, (extract(epoch FROM r.recorded_at) * 1000000)::bigint,
r.job_id, r.epoch, r.project_id, r.endpoint_id, r.worker_id, r.gpu_type, r.milli_gpus, r.start_us,
r.end_us, r.cause, r.cold_start_us, r.kind, r.warm, r.covered, r.vram_mib, r.bytes, r.region,
r.tier, r.tags, r.api_key_id, r.tokens, r.prices, r.invocation_nanos
