-- The version of the price list. No parameters.
--
-- Returns version.
SELECT version FROM metering.price_list
