ALTER TABLE scheduler.furnace_jobs DROP COLUMN gpu_memory_peak_mib;
