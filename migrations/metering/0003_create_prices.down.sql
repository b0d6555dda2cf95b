DROP TABLE metering.prices;
DROP TYPE metering.price_unit;
