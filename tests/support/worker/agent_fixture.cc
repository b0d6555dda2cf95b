#include "tests/support/worker/agent_fixture.h"

#include <algorithm>
#include <utility>

namespace furnace::worker::testing {

void AgentTest::Start(int concurrency, std::vector<SpoolRecord> left) {
  AgentOptions options;
  options.identity.worker_id = "w";
  options.concurrency = concurrency;
  options.started = clock_.now - absl::Seconds(3);
  options.drain_grace = kGrace;
  options.cancel_grace = kCancelGrace;
  options.disconnect_limit = kDisconnectLimit;
  options.unsettled_bytes_max = kUnsettledBytesMax;
  agent_ = std::make_unique<Agent>(
      options, Agent::Ports{clock_, alarm_, scheduler_, handler_, spool_, [] { return 0.0; },
                            [this](Ending ending) { ending_ = ending; }, &gpus_, &monitor_});
  agent_->Start(std::move(left));
}

void AgentTest::StartServing(int concurrency) {
  Start(concurrency);
  poll_ = Take();
  Welcome();
}

void AgentTest::Pass(absl::Duration time) {
  const absl::Time end = clock_.now + time;
  while (alarm_.when <= end) {
    clock_.now = std::max(clock_.now, alarm_.when);
    const absl::Time rang = std::exchange(alarm_.when, absl::InfiniteFuture());
    alarm_.ring();
    ASSERT_GT(alarm_.when, rang) << "the agent spins";
  }
  clock_.now = end;
}

std::shared_ptr<FakePoll> AgentTest::Take(std::optional<bool> in_progress, std::size_t jobs_max) {
  auto poll = std::make_shared<FakePoll>(jobs_max);
  TakeRequest request;
  request.in_progress = in_progress;
  agent_->OnTake(request, poll);
  return poll;
}

std::shared_ptr<FakePoll> AgentTest::TakeAs(const SdkVersion& sdk, std::size_t jobs_max) {
  auto poll = std::make_shared<FakePoll>(jobs_max);
  TakeRequest request;
  request.in_progress = jobs_max > 1;
  request.sdk = sdk;
  request.asks_for_free_slots = true;
  agent_->OnTake(request, poll);
  return poll;
}

void AgentTest::Assign(const std::vector<std::string>& job_ids, absl::Duration timeout) {
  std::vector<Assignment> jobs;
  for (const std::string& id : job_ids) {
    Assignment job;
    job.lease = {id, 1};
    job.input = "{}";
    job.timeout = timeout;
    jobs.push_back(job);
  }
  agent_->OnAssignments(std::move(jobs));
}

std::shared_ptr<FakeReply> AgentTest::Done(const std::string& job_id, const std::string& output) {
  auto reply = std::make_shared<FakeReply>();
  Report report;
  report.outcome.emplace();
  report.outcome->output = output;
  agent_->OnReport(job_id, report, reply);
  return reply;
}

std::shared_ptr<FakeReply> AgentTest::Chunk(const std::string& job_id, const std::string& chunk) {
  auto reply = std::make_shared<FakeReply>();
  Report report;
  report.chunk = chunk;
  agent_->OnReport(job_id, report, reply);
  return reply;
}

int AgentTest::credits() const {
  int count = 0;
  for (const Hello& hello : scheduler_.hellos) count += hello.credits;
  for (const Credit& credit : scheduler_.Sent<Credit>()) count += credit.count;
  for (const Result& result : scheduler_.Sent<Result>()) count += result.credits;
  return count;
}

}  // namespace furnace::worker::testing
