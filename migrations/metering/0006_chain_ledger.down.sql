-- There is no way back: the ledger of before is not kept, only the records that it was made of.
DO $$ BEGIN RAISE EXCEPTION 'the chained ledger cannot be undone'; END $$;
