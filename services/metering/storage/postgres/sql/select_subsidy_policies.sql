-- The policies in force at a time, by priority and name: of each name the latest.
--
-- $1 time_us
-- Returns version, name, priority, conditions (lines), percent_bp, gpu_types and kinds (by
-- commas), max_gpu_seconds, max_nanos, description, disabled, effective_from_us.
SELECT version, name, priority, array_to_string(conditions, E'\n'), percent_bp,
       array_to_string(gpu_types, ','), array_to_string(kinds, ','), max_gpu_seconds, max_nanos,
       description, disabled, effective_from_us
FROM (SELECT DISTINCT ON (name) *
      FROM metering.subsidy_policies
      WHERE effective_from_us <= $1::bigint
      ORDER BY name, effective_from_us DESC, version DESC) AS p
ORDER BY priority, name COLLATE "C"
