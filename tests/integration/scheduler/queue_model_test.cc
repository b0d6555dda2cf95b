// The pure state machine (domain/job.h) and the Lua scripts, driven by the same
// random histories: they must agree, job for job.
#include "tests/integration/scheduler/queue_model.h"

#include <gtest/gtest.h>

#include <iostream>

namespace furnace::scheduler {
namespace {

TEST_F(QueueModelTest, ScriptsAndStateMachineAgree) {
  const int operations = OperationsFromEnvironment();
  std::cout << "seed " << seed_ << ", " << operations
            << " operations (FURNACE_TEST_SEED, FURNACE_TEST_OPERATIONS)\n";
  for (int i = 0; i < operations && !HasFailure(); ++i) {
    switch (Random(11)) {
      case 0: Submit(); break;
      case 1:
      case 2: Claim(); break;
      case 3:
      case 4:
      case 5: Settle(); break;
      case 6: CancelOne(); break;
      case 7:
      case 8: Sweep(); break;
      case 9: RedriveOne(); break;
      case 10: Random(20) == 0 ? Purge() : Submit(); break;
    }
  }
  CompareAll();
  CompareEvents();
}

}  // namespace
}  // namespace furnace::scheduler
