-- Returns how many are pending, how many are given up, and how long ago the oldest pending
-- one was stored (us), 0 without one.
SELECT
  count(*) FILTER (WHERE status = 1),
  count(*) FILTER (WHERE status = 3),
  coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 1)) * 1000000, 0)::bigint
FROM scheduler.furnace_webhooks
WHERE status <> 2
