-- A record at the prices that it has now.
--
-- $1 project_id, $2 job_id, $3 epoch
-- Returns the columns of parts/bill_columns.sql.
SELECT
@parts/bill_columns.sql@
FROM metering.rated_records AS r
WHERE r.job_id = $2::uuid AND r.epoch = $3::int AND r.project_id = $1::uuid
