-- Makes the transactions that add invoices of a project take turns until they commit.
--
-- $1 project_id (text)
SELECT pg_advisory_xact_lock(hashtextextended('metering.invoices ' || $1, 0))
