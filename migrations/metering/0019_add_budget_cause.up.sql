-- A value that is added to a type can be used only once this is committed.
ALTER TYPE metering.cause ADD VALUE IF NOT EXISTS 'budget';
