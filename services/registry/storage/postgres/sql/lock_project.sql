-- $1 id
-- Returns a row when the project exists, and keeps other transactions that lock it
-- waiting until this one ends.
SELECT 1 FROM registry.projects WHERE id = $1::uuid FOR NO KEY UPDATE
