// The agent's world in memory: what it does is recorded, what happens to it the
// test says. Nothing happens by itself, time included.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "services/worker/app/agent.h"

namespace furnace::worker::testing {

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::UnixEpoch() + absl::Hours(1);
};

class FakeAlarm final : public Alarm {
 public:
  void Set(absl::Time when_set, std::function<void()> ring_set) override {
    when = when_set;
    ring = std::move(ring_set);
  }
  absl::Time when = absl::InfiniteFuture();
  std::function<void()> ring;
};

class FakeSchedulerPort final : public SchedulerPort {
 public:
  void Dial(const Hello& hello, SchedulerEvents&) override { hellos.push_back(hello); }
  void Send(Message message) override { sent.push_back(std::move(message)); }
  std::size_t backlog_bytes() const override { return backlog; }
  void BreakOff() override { ++broken_off; }

  /// The messages of one kind, oldest first.
  template <typename Kind>
  std::vector<Kind> Sent() const {
    std::vector<Kind> found;
    for (const Message& message : sent) {
      if (const Kind* kind = std::get_if<Kind>(&message)) found.push_back(*kind);
    }
    return found;
  }

  std::vector<Hello> hellos;
  std::vector<Message> sent;
  std::size_t backlog = 0;
  int broken_off = 0;
};

class FakeHandlerPort final : public HandlerPort {
 public:
  void Start(HandlerEvents&) override { ++started; }
  void Terminate() override { ++terminated; }
  void Kill() override { ++killed; }
  int started = 0;
  int terminated = 0;
  int killed = 0;
};

class FakeGpuPort final : public GpuPort {
 public:
  void Watch(GpuEvents&) override { watched = true; }
  void SetBusy(bool is_busy) override { busy = is_busy; }
  bool watched = false;
  bool busy = false;
};

class FakeMonitor final : public AgentMonitor {
 public:
  void OnAttemptEnded(Cause cause, absl::Duration ran) override { ended.emplace_back(cause, ran); }
  void OnHandlerStarted() override { ++handler_starts; }
  void OnFigures(const AgentFigures& now) override { figures = now; }
  void OnGpuReadings(const std::vector<GpuInfo>& gpus, const std::vector<GpuReading>&) override {
    gpus_read = gpus.size();
  }
  void OnHandlerMemory(std::int64_t used_mib) override { handler_memory_mib = used_mib; }

  std::vector<std::pair<Cause, absl::Duration>> ended;
  int handler_starts = 0;
  AgentFigures figures;
  std::size_t gpus_read = 0;
  std::int64_t handler_memory_mib = 0;
};

/// Saves when told to.
class FakeSpool final : public SpoolPort {
 public:
  void Save(SpoolRecord record, std::function<void()> saved) override {
    const LeaseId lease = record.lease;
    records[lease] = std::move(record);
    waiting[lease] = std::move(saved);
  }
  void Remove(const LeaseId& lease) override {
    records.erase(lease);
    waiting.erase(lease);
  }
  bool failing() const override { return fails; }
  void FinishSaving() {
    for (auto& [lease, saved] : std::exchange(waiting, {})) saved();
  }
  std::map<LeaseId, SpoolRecord> records;
  std::map<LeaseId, std::function<void()>> waiting;
  bool fails = false;
};

class FakePoll final : public TakePoll {
 public:
  explicit FakePoll(std::size_t jobs_max) : jobs_max_(jobs_max) {}
  std::size_t jobs_max() const override { return jobs_max_; }
  bool Alive() override { return alive; }
  void Give(std::vector<Job> jobs, std::function<void()> on_failed) override {
    for (Job& job : jobs) ids.push_back(job.id);
    failed = std::move(on_failed);
  }
  void Nothing() override { nothing = true; }

  bool alive = true;
  std::vector<std::string> ids;  // What it was given.
  std::function<void()> failed;
  bool nothing = false;

 private:
  const std::size_t jobs_max_;
};

class FakeStopPoll final : public StopPoll {
 public:
  void Give(const std::vector<std::string>& job_ids) override { ids = job_ids; }
  void Nothing() override { nothing = true; }
  std::vector<std::string> ids;
  bool nothing = false;
};

class FakeReply final : public Reply {
 public:
  void Done() override { done = true; }
  void Busy() override { busy = true; }
  bool done = false;
  bool busy = false;
};

}  // namespace furnace::worker::testing
