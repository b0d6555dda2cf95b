DROP TABLE metering.period_commits;
DROP TABLE metering.credit_entries;
DROP TABLE metering.credit_grants;
DROP FUNCTION metering.check_credit_left();
DROP TYPE metering.credit_kind;
