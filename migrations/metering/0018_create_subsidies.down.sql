DROP TABLE metering.subsidy_decisions;
DROP TABLE metering.subsidy_policies;
DROP TABLE metering.project_attributes;
