DROP TABLE scheduler.furnace_worker_lifetimes;
