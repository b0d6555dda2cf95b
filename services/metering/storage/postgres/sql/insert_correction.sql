-- Adds a correction, whose transaction is added with it.
--
-- $1 project_id, $2 id, $3 transaction, $4 job_id and $5 epoch or NULL, $6 endpoint_id or NULL,
-- $7 gpu_type, $8 amount_atto, $9 note, $10 reference
INSERT INTO metering.corrections
  (project_id, id, transaction, job_id, epoch, endpoint_id, gpu_type, amount_atto, note, reference)
VALUES ($1::uuid, $2::uuid, $3::bigint, $4::uuid, $5::int, $6::uuid, $7, $8::numeric, $9, $10)
