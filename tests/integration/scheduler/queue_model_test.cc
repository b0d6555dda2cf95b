// The pure state machine (domain/job.h) and the Lua scripts, driven by the same
// random histories: they must agree, job for job.
#include "tests/integration/scheduler/queue_model.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/integration/scheduler/dependency_model.h"

namespace furnace::scheduler {
namespace {

TEST_F(DependencyModelTest, ScriptsAndStateMachineAgree) {
  const int operations = OperationsFromEnvironment();
  std::cout << "seed " << seed_ << ", " << operations
            << " operations (FURNACE_TEST_SEED, FURNACE_TEST_OPERATIONS)\n";
  for (int i = 0; i < operations && !HasFailure(); ++i) {
    switch (Random(14)) {
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
      case 11: SubmitChild(); break;
      case 12: TellChild(); break;
      case 13: TellDependents(); break;
    }
  }
  CompareAll();
  CompareEvents();
}

}  // namespace
}  // namespace furnace::scheduler
