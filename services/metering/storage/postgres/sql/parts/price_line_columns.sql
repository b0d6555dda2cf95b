-- What LineIn reads, from prices.
id, unit, gpu_type, nanos, (extract(epoch FROM effective_from) * 1000000)::bigint, region, tier,
project_id, version, (extract(epoch FROM announced_at) * 1000000)::bigint,
(extract(epoch FROM withdrawn_at) * 1000000)::bigint
