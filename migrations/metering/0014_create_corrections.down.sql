-- A ledger that has corrections or records rated again cannot do without them.
DO $$ BEGIN
  IF EXISTS (SELECT FROM metering.corrections) OR EXISTS (SELECT FROM metering.reratings) THEN
    RAISE EXCEPTION 'the ledger has corrections or records that were rated again';
  END IF;
END $$;
DROP VIEW metering.rated_records;
DROP TABLE metering.rated_prices;
DROP TABLE metering.reratings;
DROP TABLE metering.corrections;
-- The kind of entry stays: PostgreSQL takes no value out of a type, and nothing has it.
ALTER TABLE metering.ledger_entries
  ADD CONSTRAINT ledger_entries_quantity_check CHECK (quantity >= 0);
