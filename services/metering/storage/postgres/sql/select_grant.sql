-- A grant with what became of it.
--
-- $1 id
-- Returns the columns of parts/grant_columns.sql.
@parts/grant_columns.sql@
WHERE g.id = $1::uuid
