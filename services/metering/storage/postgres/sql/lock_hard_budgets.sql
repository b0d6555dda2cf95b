-- Makes the transactions that make a budget hard take turns until they commit, so that together
-- they keep to the most there may be.
--
-- No parameters.
SELECT pg_advisory_xact_lock(hashtextextended('metering.hard_budgets', 0))
