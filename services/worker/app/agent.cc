#include "services/worker/app/agent.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace furnace::worker {

Agent::Agent(AgentOptions options, Ports ports)
    : options_(std::move(options)),
      ports_(std::move(ports)),
      link_(options_.disconnect_limit),
      supervisor_(ports_.clock.Now(), options_.init_timeout) {}

void Agent::Start(std::vector<SpoolRecord> left) {
  for (SpoolRecord& record : left) attempts_.Restore(record.lease, std::move(record.outcome));
  // Leases last seconds, handlers load for minutes: deliver before it is ready.
  if (!left.empty()) link_.Want(ports_.clock.Now());
  Advance();
}

void Agent::Advance() {
  if (phase_ == Phase::kDone) return;
  const absl::Time now = ports_.clock.Now();
  FailOverdue(now);
  GiveBackBehind(now);
  AdvanceHandler(now);
  HandOut(now);
  AdvanceLink(now);
  GrantCredits();
  AdvanceShutdown(now);
  ready_ = link_.up() && supervisor_.ready();
  SetAlarm();
}

void Agent::SetAlarm() {
  if (phase_ == Phase::kDone) {
    ports_.alarm.Set(absl::InfiniteFuture(), [] {});
    return;
  }
  const absl::Time next =
      std::min({attempts_.NextDeadline(), supervisor_.NextDeadline(), link_.NextDeadline(),
                NextStop(), NextGiveBack(), phase_deadline_});
  ports_.alarm.Set(next, [this] { Advance(); });
}

}  // namespace furnace::worker
