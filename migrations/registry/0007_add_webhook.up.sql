-- Where an endpoint's jobs are posted that name no webhook; '': nowhere.
ALTER TABLE registry.furnace_endpoints
  ADD COLUMN webhook_url text NOT NULL DEFAULT '',
  ADD COLUMN webhook_format text NOT NULL DEFAULT 'furnace'
    CHECK (webhook_format IN ('furnace', 'runpod'));
