-- $1 id, $2 name, $3 created_at
-- Changes no row when the id or the name is taken.
INSERT INTO registry.projects (id, name, created_at)
VALUES ($1::uuid, $2, $3::timestamptz)
ON CONFLICT DO NOTHING
