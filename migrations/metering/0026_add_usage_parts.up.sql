-- Parts of attempts that run over an hour, and what takes them back. A value that is added to a
-- type can be used only once this is committed.
ALTER TYPE metering.usage_kind ADD VALUE IF NOT EXISTS 'part';
ALTER TYPE metering.usage_kind ADD VALUE IF NOT EXISTS 'refund';
