# Tests of gateway.
