-- Deletes a budget, and with it its alerts.
--
-- $1 id, $2 project_id
DELETE FROM metering.budgets WHERE id = $1::uuid AND project_id = $2::uuid
