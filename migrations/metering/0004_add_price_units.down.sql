-- PostgreSQL takes no value out of a type: the type is made again.
ALTER TABLE metering.prices DROP CONSTRAINT only_gpus_have_a_type;
ALTER TYPE metering.price_unit RENAME TO price_unit_before;
CREATE TYPE metering.price_unit AS ENUM ('gpu_second', 'invocation');
ALTER TABLE metering.prices
  ALTER COLUMN unit TYPE metering.price_unit USING unit::text::metering.price_unit,
  ADD CONSTRAINT only_gpus_have_a_type CHECK ((unit = 'invocation') = (gpu_type = ''));
DROP TYPE metering.price_unit_before;
