#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/sink_ports.h"

namespace furnace::metering {

/// What distinguishes one sink from another.
struct SinkSpec {
  std::string name;
  /// Projects are called by their own id unless mapped; else they must be mapped, and what
  /// belongs to others is held.
  bool same_project_ids = true;
  /// What events must be to be sent; others are set aside.
  SinkCheck check = SinkCheck::kText;
  /// Kinds to send; empty: all.
  std::vector<SinkEventKind> kinds = {};
  SinkFacts facts = {};
};

/// Moves what was recorded into one sink: every event at least once under a key that never
/// changes, none lost, whatever is killed. For one thread, but for Stop.
class SinkPump {
 public:
  /// `owner` distinguishes this process from all others; `random` returns numbers in [0, 1).
  SinkPump(SinkSpec spec, std::string owner, SinkStore& store, SinkClient& client,
           SinkMonitor& monitor, const Clock& clock, std::function<double()> random)
      : spec_(std::move(spec)),
        owner_(std::move(owner)),
        store_(store),
        client_(client),
        monitor_(monitor),
        clock_(clock),
        random_(std::move(random)) {}

  /// Delivers until nothing is left, the sink does not answer, or Stop. Logs what fails.
  void Run();

  /// Delivers one page of `source`; whether there may be more. False also when another
  /// process has the sink, or it is too early to try again.
  absl::StatusOr<bool> Step(SinkSource source);

  /// Makes Run return after the page in progress. Thread-safe.
  void Stop() { stopping_ = true; }

 private:
  // A page on its way.
  struct Page {
    SinkProgress progress;
    std::vector<SinkEvent> events = {};
    std::vector<RecordKey> records = {};  // Of each event.
  };

  bool StepLogged(SinkSource source);
  Page Sort(SinkSource source, const SinkState& state, const std::vector<SinkWork>& work) const;
  void AddEvents(const SinkWork& work, const std::string& account_id, Page& page) const;
  bool IsWanted(const SinkWork& work, const SinkEvent& event) const;
  Delivery Deliver(const Page& page, int failures, bool suspects);
  absl::Status Settle(SinkSource source, Page page, const Delivery& delivery);

  const SinkSpec spec_;
  const std::string owner_;
  SinkStore& store_;
  SinkClient& client_;
  SinkMonitor& monitor_;
  const Clock& clock_;
  const std::function<double()> random_;
  std::atomic<bool> stopping_{false};
};

}  // namespace furnace::metering
