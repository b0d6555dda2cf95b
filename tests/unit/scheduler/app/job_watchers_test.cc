#include "services/scheduler/app/job_watchers.h"

#include <future>

#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

// What a watcher was told. Thread-safe.
class RecordingWatcher final : public JobWatcher {
 public:
  bool OnJob(const JobRecord& record) override {
    MutexLock lock(mutex_);
    records_.push_back(record);
    return !enough_;
  }
  void OnError(const absl::Status& status) override {
    if (on_error_) on_error_();
    MutexLock lock(mutex_);
    error_ = status;
  }
  void OnTimeout() override {
    MutexLock lock(mutex_);
    ++timeouts_;
  }

  /// One call is enough for it.
  void SetEnough() { enough_ = true; }
  void DoOnError(std::function<void()> action) { on_error_ = std::move(action); }

  std::vector<JobRecord> records() const {
    MutexLock lock(mutex_);
    return records_;
  }
  absl::Status error() const {
    MutexLock lock(mutex_);
    return error_;
  }
  int timeouts() const {
    MutexLock lock(mutex_);
    return timeouts_;
  }
  std::vector<std::string> chunks() const {
    std::vector<std::string> chunks;
    for (const JobRecord& record : records()) {
      for (const Chunk& chunk : record.chunks) chunks.push_back(chunk.body);
    }
    return chunks;
  }

 private:
  bool enough_ = false;
  std::function<void()> on_error_;
  mutable Mutex mutex_;
  std::vector<JobRecord> records_ ABSL_GUARDED_BY(mutex_);
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
  int timeouts_ ABSL_GUARDED_BY(mutex_) = 0;
};

class JobWatchersTest : public QueueFixture {
 protected:
  using Chunks = std::vector<std::string>;

  JobWatchers::Request Request(const std::string& id,
                               std::optional<std::int64_t> chunks_after = std::nullopt) const {
    return {.job_id = id,
            .project_id = endpoint_.project_id,
            .deadline = clock_.Now() + absl::Minutes(1),
            .chunks_after = chunks_after};
  }

  std::shared_ptr<RecordingWatcher> Watch(const std::string& id,
                                          std::optional<std::int64_t> chunks_after = std::nullopt) {
    auto watcher = std::make_shared<RecordingWatcher>();
    watchers_.Add(Request(id, chunks_after), watcher);
    return watcher;
  }

  // Has the running job yield, and its watchers told unless `quietly`.
  void Yield(const LeaseId& lease, Chunks chunks, bool quietly = false) {
    ASSERT_TRUE(Await<ReportResult>([&](Done<ReportResult> done) {
                  queue_.Report({.lease = lease, .progress = "", .chunks = std::move(chunks)},
                                std::move(done));
                })
                    .value()
                    .held);
    if (!quietly) watchers_.Changed(lease.job_id);
  }

  void FinishBlockingWork() {
    std::promise<void> done;
    ASSERT_TRUE(blocking_.TrySubmit([&done] { done.set_value(); }));
    done.get_future().wait();
  }

  JobReader reader_{queue_, history_, payloads_};
  runtime::ThreadPool blocking_{1, 100};
  JobWatchers watchers_{queue_, reader_, blocking_};
};

TEST_F(JobWatchersTest, AWatcherSeesTheJobAsItIsAndThenEachChange) {
  const std::string id = Submit();
  const auto watcher = Watch(id);
  EXPECT_TRUE(queue_.last_find().watch);
  const LeaseId lease = Claim()[0].lease;
  watchers_.Changed(id);
  Settle(lease, Success());
  watchers_.Changed(id);
  const auto records = watcher->records();
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].job.status, JobStatus::kInQueue);
  EXPECT_EQ(records[1].job.status, JobStatus::kInProgress);
  EXPECT_EQ(records[2].job.output, "42");
  watchers_.Changed(id);  // It is final: nobody watches any more.
  EXPECT_EQ(watcher->records().size(), 3U);
}

TEST_F(JobWatchersTest, AnUpcomingJobIsReadWithItsFirstChange) {
  const std::string id = NewJobId(endpoint_.id);
  auto watcher = std::make_shared<RecordingWatcher>();
  watchers_.AddUpcoming(Request(id), watcher);
  EXPECT_EQ(queue_.calls(QueueCall::kFind), 0);
  Submission submission = ASubmission(endpoint_.id, endpoint_.project_id);
  submission.items[0].id = id;
  Submit(std::move(submission));
  watchers_.Changed(id);
  EXPECT_EQ(watcher->records().size(), 1U);
}

TEST_F(JobWatchersTest, OneReadServesAllAndChangesDuringItCostOneMore) {
  const std::string id = Submit();
  const auto first = Watch(id);
  const auto second = Watch(id);
  const int before = queue_.calls(QueueCall::kFind);
  queue_.Hold(QueueCall::kFind);
  for (int i = 0; i < 5; ++i) watchers_.Changed(id);
  EXPECT_EQ(queue_.calls(QueueCall::kFind), before + 1);
  queue_.Release();
  EXPECT_EQ(queue_.calls(QueueCall::kFind), before + 2);
  EXPECT_EQ(second->records().size(), 3U);
}

TEST_F(JobWatchersTest, AWatcherThatHadEnoughIsForgotten) {
  const std::string id = Submit();
  auto watcher = std::make_shared<RecordingWatcher>();
  watcher->SetEnough();
  watchers_.Add(Request(id), watcher);
  watchers_.Changed(id);
  EXPECT_EQ(watcher->records().size(), 1U);
}

TEST_F(JobWatchersTest, ARemovedWatcherHearsNothingMore) {
  const std::string id = Submit();
  const auto watcher = Watch(id);
  watchers_.Remove(id, watcher.get());
  watchers_.Remove(id, watcher.get());
  watchers_.Remove(NewId(), watcher.get());
  watchers_.Changed(id);
  watchers_.ExpireAt(absl::InfiniteFuture());
  EXPECT_EQ(watcher->records().size(), 1U);
  EXPECT_EQ(watcher->timeouts(), 0);
}

TEST_F(JobWatchersTest, AForeignWatcherIsTurnedAwayAndTheOwnerNotDisturbed) {
  const std::string id = Submit();
  auto foreign = std::make_shared<RecordingWatcher>();
  queue_.Hold(QueueCall::kFind);
  JobWatchers::Request request = Request(id);
  request.project_id = NewId();
  watchers_.Add(request, foreign);
  const auto owner = Watch(id);
  queue_.Release();
  EXPECT_EQ(foreign->error(), absl::NotFoundError("no job " + id));
  EXPECT_TRUE(foreign->records().empty());
  EXPECT_GE(owner->records().size(), 1U);
  EXPECT_TRUE(owner->error().ok());
}

TEST_F(JobWatchersTest, AnUnknownJobIsNotFound) {
  const std::string id = NewJobId(endpoint_.id);
  const auto watcher = Watch(id);
  FinishBlockingWork();
  EXPECT_EQ(watcher->error(), absl::NotFoundError("no job " + id));
}

TEST_F(JobWatchersTest, AJobInHistoryIsFoundForItsOwnerWhoeverElseAsks) {
  JobRecord past{.job = {}, .chunks = {{1, "a"}, {1, "b"}}, .chunk_count = 2};
  past.job.id = NewJobId(endpoint_.id);
  past.job.project_id = endpoint_.project_id;
  past.job.status = JobStatus::kCompleted;
  past.job.version = 3;
  ASSERT_TRUE(history_.Save({past}).ok());
  auto foreign = std::make_shared<RecordingWatcher>();
  JobWatchers::Request request = Request(past.job.id);
  request.project_id = NewId();
  watchers_.AddUpcoming(request, foreign);
  const auto owner = Watch(past.job.id, /*chunks_after=*/1);
  FinishBlockingWork();
  EXPECT_EQ(owner->chunks(), Chunks{"b"});
  EXPECT_TRUE(absl::IsNotFound(foreign->error()));
}

TEST_F(JobWatchersTest, AStoredOutputComesWithTheChunks) {
  const std::string id = Submit();
  const auto watcher = Watch(id, /*chunks_after=*/0);
  const LeaseId lease = Claim()[0].lease;
  Yield(lease, {"a"});
  Yield(lease, {"b"}, /*quietly=*/true);
  ASSERT_TRUE(payloads_.SaveOutput(lease, "[1]").ok());
  Settle(lease, {.output = {}, .output_stored = true, .error = ""});
  watchers_.Changed(id);
  FinishBlockingWork();
  EXPECT_EQ(watcher->records().back().job.output, "[1]");
  EXPECT_EQ(watcher->chunks(), (Chunks{"a", "b"}));
}

TEST_F(JobWatchersTest, EachWatcherGetsTheChunksItDoesNotHave) {
  const std::string id = Submit();
  const LeaseId lease = Claim()[0].lease;
  Yield(lease, {"a", "b", "c"});
  const auto all = Watch(id, 0);
  const auto some = Watch(id, 2);
  const auto none = Watch(id);
  const auto ahead = Watch(id, 99);
  Yield(lease, {"d"});
  EXPECT_EQ(all->chunks(), (Chunks{"a", "b", "c", "d"}));
  EXPECT_EQ(some->chunks(), (Chunks{"c", "d"}));
  EXPECT_EQ(none->chunks(), Chunks{});
  EXPECT_EQ(ahead->records().back().chunk_count, 4);
}

TEST_F(JobWatchersTest, AWatcherIsToldWhatIsNotKept) {
  JobRecord past{.job = {}, .chunks = {{1, "d"}, {2, "e"}}, .chunk_count = 5};
  past.job.id = NewJobId(endpoint_.id);
  past.job.project_id = endpoint_.project_id;
  past.job.status = JobStatus::kCompleted;
  past.job.version = 3;
  ASSERT_TRUE(history_.Save({past}).ok());
  const auto dropped = [&](std::optional<std::int64_t> after) {
    const auto watcher = Watch(past.job.id, after);
    FinishBlockingWork();
    return watcher->records().at(0).chunks_dropped;
  };
  EXPECT_EQ(dropped(0), 3);
  EXPECT_EQ(dropped(1), 2);
  EXPECT_EQ(dropped(3), 0);
  EXPECT_EQ(dropped(5), 0);
  EXPECT_EQ(dropped(99), 0);
  EXPECT_EQ(dropped(std::nullopt), 0);
}

TEST_F(JobWatchersTest, AWatcherThatLagsIsToldWhatItMissed) {
  const std::string id = Submit();
  const LeaseId lease = Claim()[0].lease;
  Yield(lease, {"1"});
  const auto watcher = Watch(id, 0);
  Yield(lease, Chunks(JobQueue::kMaxChunks + 2, "2"));
  const auto records = watcher->records();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].chunks_dropped, 0);
  EXPECT_EQ(records[1].chunks_dropped, 2);
  EXPECT_EQ(records[1].chunks.size(), static_cast<std::size_t>(JobQueue::kMaxChunks));
}

TEST_F(JobWatchersTest, AWatcherThatComesDuringAReadMissesNoChunk) {
  const std::string id = Submit();
  const LeaseId lease = Claim()[0].lease;
  Yield(lease, {"a", "b"});
  const auto early = Watch(id, 2);
  queue_.Hold(QueueCall::kFind);
  Yield(lease, {"c"});  // Asks for what comes after "b" only.
  const auto late = Watch(id, 0);
  const auto plain = Watch(id);
  queue_.Release();
  EXPECT_EQ(early->chunks(), Chunks{"c"});
  EXPECT_EQ(late->chunks(), (Chunks{"a", "b", "c"}));
  EXPECT_GE(plain->records().size(), 1U);
}

TEST_F(JobWatchersTest, AnErrorEndsAllWatchersOfTheJob) {
  const std::string id = Submit();
  const auto first = Watch(id);
  queue_.FailNext(QueueCall::kFind, absl::UnavailableError("down"));
  const auto second = Watch(id);
  EXPECT_TRUE(absl::IsUnavailable(first->error()));
  EXPECT_TRUE(absl::IsUnavailable(second->error()));
  watchers_.Changed(id);
  EXPECT_EQ(first->records().size(), 1U);
}

TEST_F(JobWatchersTest, AWatcherThatComesWhileOthersFailIsRead) {
  const std::string id = Submit();
  queue_.FailNext(QueueCall::kFind, absl::UnavailableError("down"));
  std::shared_ptr<RecordingWatcher> second;
  auto first = std::make_shared<RecordingWatcher>();
  first->DoOnError([&] { second = Watch(id); });
  watchers_.Add(Request(id), first);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->records().size(), 1U);
}

TEST_F(JobWatchersTest, DeadlinesEndWatchersOneByOne) {
  const std::string id = Submit();
  const auto first = Watch(id);
  clock_.Advance(absl::Seconds(30));
  const auto second = Watch(id);
  clock_.Advance(absl::Seconds(30) - absl::Microseconds(1));
  watchers_.ExpireAt(clock_.Now());
  EXPECT_EQ(first->timeouts(), 0);
  clock_.Advance(absl::Microseconds(1));
  watchers_.ExpireAt(clock_.Now());
  watchers_.ExpireAt(clock_.Now());
  EXPECT_EQ(first->timeouts(), 1);
  EXPECT_EQ(second->timeouts(), 0);
  watchers_.Changed(id);
  EXPECT_EQ(first->records().size(), 2U);
  EXPECT_EQ(second->records().size(), 2U);
}

TEST_F(JobWatchersTest, ADeadlineMayPassDuringARead) {
  const std::string id = Submit();
  queue_.Hold(QueueCall::kFind);
  const auto watcher = Watch(id);
  clock_.Advance(absl::Minutes(1));
  watchers_.ExpireAt(clock_.Now());
  EXPECT_EQ(watcher->timeouts(), 1);
  queue_.Release();
  EXPECT_TRUE(watcher->records().empty());
}

TEST_F(JobWatchersTest, AllChangedReadsEveryWatchedJob) {
  const std::string a = Submit();
  const std::string b = Submit();
  const auto watcher_a = Watch(a);
  const auto watcher_b = Watch(b);
  watchers_.AllChanged();
  EXPECT_EQ(watcher_a->records().size(), 2U);
  EXPECT_EQ(watcher_b->records().size(), 2U);
  watchers_.Changed(Submit());  // Nobody watches it.
  EXPECT_EQ(queue_.calls(QueueCall::kFind), 4);
}

TEST_F(JobWatchersTest, ThereIsALimitAndExpiryMakesRoom) {
  for (std::size_t i = 0; i < JobWatchers::kMaxWatchers; ++i) {
    watchers_.AddUpcoming(Request(NewId()), std::make_shared<RecordingWatcher>());
  }
  const std::string id = Submit();
  EXPECT_TRUE(absl::IsResourceExhausted(Watch(id)->error()));
  clock_.Advance(absl::Minutes(1));
  watchers_.ExpireAt(clock_.Now());
  EXPECT_EQ(Watch(id)->records().size(), 1U);
}

TEST_F(JobWatchersTest, WhenTooManyReadsWaitWatchersAreToldSo) {
  runtime::ThreadPool full(1, 0);
  JobWatchers watchers(queue_, reader_, full);
  auto watcher = std::make_shared<RecordingWatcher>();
  watchers.Add(Request(NewJobId(endpoint_.id)), watcher);
  EXPECT_TRUE(absl::IsResourceExhausted(watcher->error()));
}

}  // namespace
}  // namespace furnace::scheduler
