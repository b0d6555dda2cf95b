DROP TABLE scheduler.furnace_webhooks;
DROP VIEW scheduler.furnace_batch_states;
DROP INDEX scheduler.furnace_jobs_by_batch;
ALTER TABLE scheduler.furnace_jobs DROP COLUMN batch_id;
DROP TABLE scheduler.furnace_batches;
