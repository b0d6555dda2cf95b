-- A project's grants with what became of them, by id.
--
-- $1 project_id
-- Returns the columns of parts/grant_columns.sql.
@parts/grant_columns.sql@
WHERE g.project_id = $1::uuid
ORDER BY g.id
