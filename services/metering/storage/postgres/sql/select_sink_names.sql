-- The names of all sinks. No parameters.
--
-- Returns name.
SELECT name FROM metering.sinks ORDER BY name
