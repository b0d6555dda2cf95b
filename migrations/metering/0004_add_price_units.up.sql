-- A value that is added to a type can be used only once this is committed.
ALTER TYPE metering.price_unit ADD VALUE 'warm_gpu_second';
ALTER TYPE metering.price_unit ADD VALUE 'gb_month';
