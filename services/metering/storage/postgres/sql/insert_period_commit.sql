-- Notes that the subsidies and credits of a period stand.
--
-- $1 project_id, $2 period_start_us, $3 period_end_us, $4 reference, $5 decision_id,
-- $6 committed_us
INSERT INTO metering.period_commits
  (project_id, period_start_us, period_end_us, reference, decision_id, committed_us)
VALUES ($1::uuid, $2::bigint, $3::bigint, $4, $5::bigint, $6::bigint)
