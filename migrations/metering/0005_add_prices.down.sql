DELETE FROM metering.prices WHERE unit IN ('warm_gpu_second', 'gb_month');
