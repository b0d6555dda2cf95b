#include "services/scheduler/domain/batch.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

TEST(BatchTest, IsDoneOnceNothingWaitsOrRuns) {
  struct Case {
    BatchCounts counts;
    int total;
    bool done;
  };
  const Case cases[] = {
      {{.waiting = 3}, 3, false},
      {{.in_progress = 1, .completed = 2}, 3, false},
      {{.waiting = 1, .failed = 1, .cancelled = 1}, 3, false},
      {{.completed = 3}, 3, true},
      {{.completed = 1, .failed = 2, .timed_out = 3, .cancelled = 4}, 10, true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Total(c.counts), c.total);
    EXPECT_EQ(IsDone(c.counts), c.done) << Total(c.counts);
  }
}

TEST(BatchTest, AJobKeepsToAWorkerUnderTheKeyOfItsOwnBatchOnly) {
  Job job;
  job.concurrency_key = OneWorkerKey("b");
  EXPECT_FALSE(KeepsToWorker(job));
  job.batch_id = "b";
  EXPECT_TRUE(KeepsToWorker(job));
  job.batch_id = "c";
  EXPECT_FALSE(KeepsToWorker(job));
  job.concurrency_key.clear();
  EXPECT_FALSE(KeepsToWorker(job));
}

}  // namespace
}  // namespace furnace::scheduler
