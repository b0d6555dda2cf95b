-- Notes a delivery that came to nothing.
--
-- $1 name, $2 owner, $3 error, $4 when to try again
UPDATE metering.sinks
SET failures = failures + 1, last_error = $3, retry_at = $4::timestamptz
WHERE name = $1 AND owner = $2
