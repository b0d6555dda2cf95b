-- Price lists with versions: a line may be of a region, a tier and a project, and says since
-- which version of the list it is there. Lines are announced and withdrawn, never changed.
CREATE TABLE metering.price_list (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version  bigint NOT NULL
);
INSERT INTO metering.price_list (version) VALUES (1);

-- Whoever changes a line makes the next version; changes wait for each other here.
CREATE FUNCTION metering.next_price_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE metering.price_list SET version = version + 1;
  RETURN NULL;
END
$$;
CREATE FUNCTION metering.price_version() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (SELECT version FROM metering.price_list);
END
$$;

ALTER TABLE metering.prices
  DROP CONSTRAINT prices_pkey,
  ADD COLUMN id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  ADD COLUMN region text NOT NULL DEFAULT '',
  ADD COLUMN tier text NOT NULL DEFAULT ''
    CHECK (tier IN ('', 'on_demand', 'spot', 'reserved')),
  ADD COLUMN project_id uuid,
  ADD COLUMN version bigint NOT NULL DEFAULT 1,
  ADD COLUMN announced_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN withdrawn_at timestamptz,
  -- Without a price a line only ends the one before.
  ALTER COLUMN nanos DROP NOT NULL,
  ADD CONSTRAINT general_lines_do_not_end
    CHECK (nanos IS NOT NULL OR region <> '' OR tier <> '' OR project_id IS NOT NULL);
ALTER TABLE metering.prices ALTER COLUMN version SET DEFAULT metering.price_version();
CREATE INDEX prices_by_project ON metering.prices (project_id, id);

CREATE TRIGGER next_version BEFORE INSERT OR UPDATE ON metering.prices
  FOR EACH STATEMENT EXECUTE FUNCTION metering.next_price_version();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON metering.prices
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- Agreements about what a month costs in all. A newer one takes the place of an older one of
-- the same kind for the same thing.
CREATE TYPE metering.term_kind AS ENUM
  ('graduated', 'volume', 'package', 'allowance', 'minimum');
CREATE TABLE metering.price_terms (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  kind        metering.term_kind NOT NULL,
  unit        metering.price_unit NOT NULL CHECK (unit <> 'warm_gpu_second'),
  gpu_type    text NOT NULL CHECK (gpu_type = '' OR unit = 'gpu_second'),
  project_id  uuid,
  -- Units of an allowance or a package.
  quantity    bigint NOT NULL CHECK ((quantity > 0) = (kind IN ('allowance', 'package'))),
  -- Nano-dollars of a package or a minimum.
  nanos       bigint NOT NULL CHECK (nanos BETWEEN 0 AND 1000000000000000),
  tier_from   bigint[] NOT NULL,
  tier_nanos  bigint[] NOT NULL CHECK (cardinality(tier_nanos) = cardinality(tier_from)),
  -- The first microseconds of UTC months.
  from_us     bigint NOT NULL,
  until_us    bigint CHECK (until_us >= from_us),
  description text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
