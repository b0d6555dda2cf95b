-- How the latest attempt to deliver an alert went.
--
-- $1 id, $2 error, empty: it was delivered, $3 microseconds until it is sent again or NULL: never
UPDATE metering.budget_alerts
SET last_error = $2,
    delivered_at = CASE WHEN $2 = '' THEN now() END,
    next_at = now() + $3::bigint * interval '1 microsecond'
WHERE id = $1::bigint
