-- Only what the list of before can hold is kept.
DROP TABLE metering.price_terms;
DROP TYPE metering.term_kind;
DROP TRIGGER append_only ON metering.prices;
DROP TRIGGER next_version ON metering.prices;
DELETE FROM metering.prices AS p
WHERE region <> '' OR tier <> '' OR project_id IS NOT NULL OR withdrawn_at IS NOT NULL
   OR EXISTS (SELECT FROM metering.prices AS later
              WHERE later.unit = p.unit AND later.gpu_type = p.gpu_type
                AND later.effective_from = p.effective_from AND later.id > p.id
                AND later.region = '' AND later.tier = '' AND later.project_id IS NULL
                AND later.withdrawn_at IS NULL);
ALTER TABLE metering.prices
  DROP CONSTRAINT general_lines_do_not_end,
  DROP COLUMN id,
  DROP COLUMN region,
  DROP COLUMN tier,
  DROP COLUMN project_id,
  DROP COLUMN version,
  DROP COLUMN announced_at,
  DROP COLUMN withdrawn_at,
  ALTER COLUMN nanos SET NOT NULL,
  ADD PRIMARY KEY (unit, gpu_type, effective_from);
DROP FUNCTION metering.price_version();
DROP FUNCTION metering.next_price_version();
DROP TABLE metering.price_list;
