ALTER TABLE registry.furnace_endpoints
  DROP COLUMN webhook_format,
  DROP COLUMN webhook_url;
