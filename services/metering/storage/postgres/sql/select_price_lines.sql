-- Lines of the price list by rising id.
--
-- $1 project_id or NULL: all, $2 id to go on after, $3 most rows
-- Returns the columns of parts/price_line_columns.sql.
SELECT
@parts/price_line_columns.sql@
FROM metering.prices
WHERE id > $2::bigint AND ($1::uuid IS NULL OR project_id = $1::uuid)
ORDER BY id
LIMIT $3::int
