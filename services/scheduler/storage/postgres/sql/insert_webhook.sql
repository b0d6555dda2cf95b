-- $1 id, $2 project, $3 kind, $4 what it is about, $5 URL, $6 body
INSERT INTO scheduler.furnace_webhooks (id, project_id, kind, subject, url, body)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO NOTHING
