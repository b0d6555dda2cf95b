# Tests of worker.
