-- The grant that a project has with an idempotency key, and how many grants it has.
--
-- $1 project_id, $2 idempotency_key or NULL
-- Returns id or NULL, count.
SELECT (SELECT id FROM metering.credit_grants
        WHERE project_id = $1::uuid AND idempotency_key = $2::text),
       (SELECT count(*) FROM metering.credit_grants WHERE project_id = $1::uuid)
