DROP TABLE metering.throttled_projects;
