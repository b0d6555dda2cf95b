-- $1 id, $2 project, $3 endpoint, $4 name, $5 whether it keeps to one worker, $6 its jobs in
-- order (uuid[]), $7 when it was submitted, $8 webhook URL or ''
INSERT INTO scheduler.furnace_batches (id, project_id, endpoint_id, name, one_worker, job_ids, created_at,
  webhook_url)
VALUES ($1, $2, $3, $4, $5, $6::uuid[], $7, $8)
