DROP TABLE metering.ledger_entries;
DROP TABLE metering.ledger_transactions;
DROP FUNCTION metering.check_entries_balance();
DROP TYPE metering.entry_kind;
DROP TYPE metering.account;
