DROP INDEX metering.hard_budgets;
DROP TABLE metering.budget_spending;
DROP FUNCTION metering.first_budget_window(smallint, timestamptz);
DROP FUNCTION metering.budget_window(smallint, timestamptz, timestamptz);
