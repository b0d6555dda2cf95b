-- Always-on workers cost 30 % less. What is stored is priced by the GB-month of 730 hours.
ALTER TABLE metering.prices
  DROP CONSTRAINT only_gpus_have_a_type,
  ADD CONSTRAINT only_gpus_have_a_type
    CHECK ((unit IN ('invocation', 'gb_month')) = (gpu_type = ''));

INSERT INTO metering.prices (unit, gpu_type, effective_from, nanos) VALUES
  ('warm_gpu_second', 'rtx4000', '2020-01-01T00:00:00Z', 42000),
  ('warm_gpu_second', 'rtx4090', '2020-01-01T00:00:00Z', 84000),
  ('gb_month', '', '2020-01-01T00:00:00Z', 20000000);
