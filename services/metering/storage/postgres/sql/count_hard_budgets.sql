-- Counts the budgets with a hard stop.
--
-- No parameters.
SELECT count(*) FROM metering.budgets WHERE hard_stop
