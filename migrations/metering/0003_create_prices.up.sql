CREATE TYPE metering.price_unit AS ENUM ('gpu_second', 'invocation');

-- Nano-dollars (1e-9 USD) a unit, in force until a later line for the same thing
-- is. From whole UTC hours on: usage is cut at these, and so never spans two
-- prices. A usage segment keeps the price it was charged at.
CREATE TABLE metering.prices (
  unit           metering.price_unit NOT NULL,
  gpu_type       text NOT NULL,
  effective_from timestamptz NOT NULL,
  nanos          bigint NOT NULL CHECK (nanos BETWEEN 0 AND 1000000000000),
  PRIMARY KEY (unit, gpu_type, effective_from),
  CONSTRAINT only_gpus_have_a_type CHECK ((unit = 'invocation') = (gpu_type = '')),
  CONSTRAINT from_a_whole_hour CHECK (extract(epoch FROM effective_from) % 3600 = 0)
);

INSERT INTO metering.prices (unit, gpu_type, effective_from, nanos) VALUES
  ('gpu_second', 'rtx4000', '2020-01-01T00:00:00Z', 60000),
  ('gpu_second', 'rtx4090', '2020-01-01T00:00:00Z', 120000),
  ('invocation', '', '2020-01-01T00:00:00Z', 100000);
