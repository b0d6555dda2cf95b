-- $1 ids, $2 projects, $3 kinds, $4 what they are about, $5 URLs, $6 bodies, each an array;
-- $7 for how long they are tried (ms)
-- In the order of their ids, so that two who store the same do not wait for each other.
INSERT INTO scheduler.furnace_webhooks (id, project_id, kind, subject, url, body, give_up_at)
SELECT id, project_id, kind, subject, url, body, now() + $7::bigint * interval '1 millisecond'
FROM unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[])
  AS new (id, project_id, kind, subject, url, body)
ORDER BY id
ON CONFLICT (id) DO NOTHING
