# Tests of metering.
