furnace_integration_test(scheduler_queue_model_test
  SOURCES integration/scheduler/queue_model_test.cc
  DEPS furnace_scheduler_storage)
