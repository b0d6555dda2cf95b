-- No parameters.
-- Returns the names of all policies there ever were.
SELECT DISTINCT name FROM metering.subsidy_policies ORDER BY name
