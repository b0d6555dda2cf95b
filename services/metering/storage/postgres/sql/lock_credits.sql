-- Makes the transactions that change a project's credits take turns until they commit, so that
-- none uses what another has used.
--
-- $1 project_id (text)
SELECT pg_advisory_xact_lock(hashtextextended('metering.credits ' || $1::text, 0))
