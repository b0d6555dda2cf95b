-- Adds `excluded` to an hour `h`.
SET gpu_milli_us = h.gpu_milli_us + excluded.gpu_milli_us,
    credited_gpu_milli_us = h.credited_gpu_milli_us + excluded.credited_gpu_milli_us,
    unpriced_gpu_milli_us = h.unpriced_gpu_milli_us + excluded.unpriced_gpu_milli_us,
    invocations = h.invocations + excluded.invocations,
    cold_start_us = h.cold_start_us + excluded.cold_start_us,
    covered_gpu_milli_us = h.covered_gpu_milli_us + excluded.covered_gpu_milli_us,
    byte_us = h.byte_us + excluded.byte_us,
    tokens = h.tokens + excluded.tokens,
    cost_atto = h.cost_atto + excluded.cost_atto,
    first_us = least(h.first_us, excluded.first_us),
    last_us = greatest(h.last_us, excluded.last_us)
