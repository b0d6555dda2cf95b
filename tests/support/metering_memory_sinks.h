// The sinks' ports in memory.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libs/common/base/mutex.h"
#include "services/metering/app/sink_ports.h"
#include "services/metering/app/throttle_watch.h"
#include "services/metering/domain/billing.h"

namespace furnace::metering {

/// The outbox and the sinks' state in memory, at a time that tests set.
class MemorySinkStore final : public SinkStore {
 public:
  /// What the recording of usage does.
  void Append(std::span<const Bill> bills) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Moves the clock that leases end by.
  void Pass(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);

  absl::StatusOr<std::optional<SinkState>> Claim(const std::string& sink, const std::string& owner,
                                                 absl::Duration lease) override;
  absl::StatusOr<std::vector<SinkWork>> Next(const std::string& sink, SinkSource source,
                                             std::int64_t cursor, int limit,
                                             bool unmapped_too) override;
  absl::Status Commit(const SinkProgress& progress) override;
  absl::Status Fail(const std::string& sink, const std::string& owner, const std::string& error,
                    absl::Time retry_at) override;
  absl::StatusOr<std::vector<SinkReport>> Report() override;
  absl::StatusOr<std::vector<std::string>> Names() override;
  absl::StatusOr<std::vector<PoisonedEvent>> ListPoisoned(const std::string& sink,
                                                          const std::string& after_key,
                                                          int limit) override;
  absl::StatusOr<std::int64_t> Redrive(const std::string& sink,
                                       const std::vector<std::string>& keys) override;
  absl::Status SetProject(const SinkProject& project) override;
  absl::StatusOr<std::vector<SinkProject>> ListProjects(const std::string& sink,
                                                        const std::string& after_id,
                                                        int limit) override;

 private:
  struct Sink {
    SinkState state;
    std::string owner;
    absl::Time owned_until = absl::InfinitePast();
    std::map<std::int64_t, HeldRecord> held;
    std::map<std::string, PoisonedEvent> poisoned;
  };

  SinkWork WorkOf(const Sink& sink, std::int64_t seq) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SinkReport ReportOf(const Sink& sink) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_) = absl::UnixEpoch();
  std::vector<OutboxRecord> outbox_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Sink> sinks_ ABSL_GUARDED_BY(mutex_);
  // Sinks' names for projects may be told before the sinks are on.
  std::map<std::string, std::map<std::string, std::string>> projects_ ABSL_GUARDED_BY(mutex_);
};

/// A sink that keeps what it accepts, by key. For one thread.
class MemorySink final : public SinkClient {
 public:
  explicit MemorySink(std::size_t max_batch = 100) : max_batch_(max_batch) {}

  std::size_t max_batch() const override { return max_batch_; }
  SinkReply Send(std::span<const SinkEvent> events) override;

  /// What a batch with this event is answered.
  void Poison(const std::string& key, SinkAnswer answer) { poison_[key] = answer; }
  void Cure(const std::string& key) { poison_.erase(key); }
  /// Called before each batch; null for nothing.
  void OnSend(std::function<void()> hook) { hook_ = std::move(hook); }
  /// What every batch is answered, until it is kAccepted.
  void AnswerAll(SinkAnswer answer) { all_ = answer; }

  const std::map<std::string, SinkEvent>& events() const { return events_; }
  int sends() const { return sends_; }

 private:
  const std::size_t max_batch_;
  std::map<std::string, SinkAnswer> poison_;
  SinkAnswer all_ = SinkAnswer::kAccepted;
  std::map<std::string, SinkEvent> events_;
  std::function<void()> hook_;
  int sends_ = 0;
};

/// Throttles in memory; every project is known to Waybill.
class MemoryThrottleStore final : public ThrottleStore {
 public:
  void Know(const SinkProject& project) { projects_.push_back(project); }

  absl::StatusOr<std::vector<SinkProject>> Projects(bool, absl::Time) override { return projects_; }
  absl::Status Set(const Throttle& throttle) override {
    throttles_.emplace(throttle.project_id, throttle).first->second.reason = throttle.reason;
    return absl::OkStatus();
  }
  absl::Status Clear(const std::string& project_id) override {
    throttles_.erase(project_id);
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<Throttle>> List() override {
    std::vector<Throttle> list;
    for (const auto& [project_id, throttle] : throttles_) list.push_back(throttle);
    return list;
  }

 private:
  std::vector<SinkProject> projects_;
  std::map<std::string, Throttle> throttles_;
};

/// Sees nothing.
class NoSinkMonitor final : public SinkMonitor {
 public:
  void Sent(const std::string&, SinkAnswer, std::size_t) override {}
  void Reported(const SinkReport&, absl::Time) override {}
  void Throttled(std::size_t) override {}
};

}  // namespace furnace::metering
