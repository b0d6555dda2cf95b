-- Makes the transactions that write a project's ledger take turns until they commit: each
-- chains to the one before. In the order of the keys, against deadlocks.
--
-- $1 project_id[] (text)
SELECT pg_advisory_xact_lock(key)
FROM (SELECT DISTINCT hashtextextended('metering.ledger ' || project_id, 0) AS key
      FROM unnest($1::text[]) AS project_id
      ORDER BY key
      OFFSET 0) AS keys
