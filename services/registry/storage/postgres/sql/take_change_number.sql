-- No parameters. Returns the number of the change that this transaction makes.
-- Other writers wait until the transaction ends.
UPDATE registry.endpoint_change_counter SET last = last + 1 RETURNING last
