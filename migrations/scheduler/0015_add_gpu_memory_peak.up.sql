-- The most GPU memory that an attempt of a job used, in MiB; see Job.gpu_memory_peak_mib in proto/.
ALTER TABLE scheduler.furnace_jobs
  ADD COLUMN gpu_memory_peak_mib bigint NOT NULL DEFAULT 0 CHECK (gpu_memory_peak_mib >= 0);
