#include "services/scheduler/app/progress_reports.h"

#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

// Counts what it is told, and keeps the chunks.
class CountingWatcher final : public JobWatcher {
 public:
  bool OnJob(const JobRecord& record) override {
    ++told;
    for (const Chunk& chunk : record.chunks) chunks.push_back(chunk.body);
    progress = record.job.progress;
    return true;
  }
  void OnError(const absl::Status&) override {}
  void OnTimeout() override {}

  int told = 0;
  std::vector<std::string> chunks;
  std::string progress;
};

class ProgressReportsTest : public QueueFixture {
 protected:
  ProgressReportsTest() {
    watchers_.Add({.job_id = lease_.job_id,
                   .project_id = endpoint_.project_id,
                   .deadline = absl::InfiniteFuture(),
                   .chunks_after = 0},
                  watcher_);
  }

  absl::StatusOr<bool> Report(const std::string& progress, std::vector<std::string> chunks) {
    return Await<bool>([&](Done<bool> done) {
      reports_.Report({.lease = lease_, .progress = progress, .chunks = std::move(chunks)},
                      std::move(done));
    });
  }

  // Stores chunks as another replica does, whose notice has not come.
  void StoreElsewhere(std::vector<std::string> chunks) {
    ASSERT_TRUE(Await<ReportResult>([&](Done<ReportResult> done) {
                  queue_.Report({.lease = lease_, .progress = "", .chunks = std::move(chunks)},
                                std::move(done));
                })
                    .value()
                    .held);
  }

  int reads() const { return queue_.calls(QueueCall::kFind); }

  const std::string id_ = Submit();
  LeaseId lease_ = Claim()[0].lease;
  JobReader reader_{queue_, history_, payloads_};
  runtime::ThreadPool blocking_{1, 100};
  JobWatchers watchers_{queue_, reader_, blocking_};
  ProgressReports reports_{queue_, watchers_, "here"};
  const std::shared_ptr<CountingWatcher> watcher_ = std::make_shared<CountingWatcher>();
};

TEST_F(ProgressReportsTest, ChunksReachWatchersOnceAndWithoutARead) {
  const int before = reads();
  EXPECT_TRUE(Report("", {"1", "2"}).value());
  reports_.Noticed("here " + id_);
  EXPECT_EQ(reads(), before);
  EXPECT_EQ(watcher_->chunks, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(watcher_->told, 2);
}

TEST_F(ProgressReportsTest, ProgressReachesWatchers) {
  EXPECT_TRUE(Report("0.5", {"1"}).value());
  EXPECT_EQ(watcher_->progress, "0.5");
  EXPECT_EQ(watcher_->chunks, std::vector<std::string>{"1"});
}

TEST_F(ProgressReportsTest, WhatAnotherReplicaStoredIsRead) {
  const int before = reads();
  reports_.Noticed("there " + NewId() + " " + id_);
  EXPECT_EQ(reads(), before + 1);
}

TEST_F(ProgressReportsTest, AReportUnderALostLeaseIsRefused) {
  ++lease_.epoch;
  EXPECT_FALSE(Report("", {"1"}).value());
  EXPECT_TRUE(watcher_->chunks.empty());
}

TEST_F(ProgressReportsTest, ChunksThatDoNotFollowAreRead) {
  StoreElsewhere({"1"});
  EXPECT_TRUE(Report("", {"2"}).value());
  watchers_.Yielded(lease_, {"1"}, 1);  // It comes late, and is known.
  EXPECT_EQ(watcher_->chunks, (std::vector<std::string>{"1", "2"}));
}

TEST_F(ProgressReportsTest, ChunksThatComeDuringAReadAreReadAfterIt) {
  queue_.Hold(QueueCall::kFind);
  watchers_.Changed(id_);
  EXPECT_TRUE(Report("", {"1"}).value());
  queue_.Release();
  EXPECT_EQ(watcher_->chunks, std::vector<std::string>{"1"});
}

TEST_F(ProgressReportsTest, OneWhoComesLaterGetsAllChunksOnce) {
  EXPECT_TRUE(Report("", {"1"}).value());
  const auto late = std::make_shared<CountingWatcher>();
  watchers_.Add({.job_id = id_,
                 .project_id = endpoint_.project_id,
                 .deadline = absl::InfiniteFuture(),
                 .chunks_after = 0},
                late);
  EXPECT_TRUE(Report("", {"2"}).value());
  EXPECT_EQ(late->chunks, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(watcher_->chunks, (std::vector<std::string>{"1", "2"}));
}

// The worker sends again what was not answered, maybe to another replica than before.
TEST_F(ProgressReportsTest, WhatComesAgainIsNotPassedOnAgain) {
  const auto report = [this](std::int64_t number) {
    return Await<bool>([&](Done<bool> done) {
             reports_.Report({.lease = lease_,
                              .progress = "",
                              .chunks = {std::to_string(number)},
                              .worker_id = {},
                              .sequence = number},
                             std::move(done));
           })
        .value();
  };
  EXPECT_TRUE(report(1));
  queue_.Report({.lease = lease_, .progress = "", .chunks = {"2"}, .worker_id = {}, .sequence = 2},
                [](const auto&) {});  // Its notice has not come yet.
  EXPECT_TRUE(report(1));
  EXPECT_TRUE(report(3));
  EXPECT_EQ(watcher_->chunks, (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(ProgressReportsTest, AReportThatFailsEndsNoWatcher) {
  queue_.FailNext(QueueCall::kReport, absl::UnavailableError("down"));
  EXPECT_TRUE(absl::IsUnavailable(Report("", {"1"}).status()));
  EXPECT_TRUE(Report("", {"2"}).value());
  EXPECT_EQ(watcher_->chunks, std::vector<std::string>{"2"});
}

TEST_F(ProgressReportsTest, WhoReportsWaitsWhileTooMuchIsNotStored) {
  int let_on = 0;
  const auto wait = [&] { reports_.AwaitRoom([&] { ++let_on; }); };
  queue_.Hold(QueueCall::kReport);
  const std::string chunk = "\"" + std::string((1 << 20) - 2, 'x') + "\"";
  for (std::size_t sent = 0; sent <= ProgressReports::kMaxBytes; sent += chunk.size()) {
    EXPECT_EQ(let_on, 0);
    reports_.Report({.lease = lease_, .progress = "", .chunks = {chunk}},
                    [](const absl::StatusOr<bool>&) {});
  }
  wait();
  wait();
  EXPECT_EQ(let_on, 0);
  queue_.Release();
  EXPECT_EQ(let_on, 2);
  wait();
  EXPECT_EQ(let_on, 3) << "there is room";
}

}  // namespace
}  // namespace furnace::scheduler
