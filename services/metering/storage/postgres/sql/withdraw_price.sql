-- Withdraws a line that is not in force yet.
--
-- $1 id, $2 the present
-- Returns the columns of parts/price_line_columns.sql, or nothing.
UPDATE metering.prices
SET withdrawn_at = $2::timestamptz
WHERE id = $1::bigint AND withdrawn_at IS NULL AND effective_from > $2::timestamptz
RETURNING
@parts/price_line_columns.sql@
