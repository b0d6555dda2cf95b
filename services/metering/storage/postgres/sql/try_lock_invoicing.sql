-- Takes the right to make invoices final by oneself, until the transaction ends.
--
-- No parameters.
-- Returns whether nobody else has it.
SELECT pg_try_advisory_xact_lock(hashtextextended('metering.invoicing', 0))
