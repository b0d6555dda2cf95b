DROP TABLE metering.budget_alerts;
DROP TABLE metering.budgets;
