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
  if (ports_.gpus != nullptr) ports_.gpus->Watch(*this);
  Advance();
}

void Agent::Advance() {
  if (phase_ == Phase::kDone) return;
  const absl::Time now = ports_.clock.Now();
  FailOverdue(now);
  GiveBackBehind(now);
  AdvanceHandler(now);
  HandOut(now);
  SendHeldReports(now);
  AdvanceLink(now);
  GrantCredits();
  AdvanceShutdown(now);
  unready_since_ = supervisor_.ready() ? absl::InfiniteFuture() : std::min(unready_since_, now);
  ready_ = link_.up() && supervisor_.ready();
  if (ports_.gpus != nullptr) ports_.gpus->SetBusy(!held_.empty());
  ShowFigures();
  SetAlarm();
}

void Agent::ShowFigures() const {
  if (ports_.monitor == nullptr) return;
  ports_.monitor->OnFigures({.takes_held = polls_.size(),
                             .jobs_waiting = attempts_.waiting_count(),
                             .jobs_running = held_.size(),
                             .results = attempts_.unsettled_count(),
                             .result_bytes = attempts_.unsettled_bytes(),
                             .connected = link_.up()});
}

void Agent::SetAlarm() {
  if (phase_ == Phase::kDone) {
    ports_.alarm.Set(absl::InfiniteFuture(), [] {});
    return;
  }
  const absl::Time next =
      std::min({attempts_.NextDeadline(), supervisor_.NextDeadline(), link_.NextDeadline(),
                NextStop(), NextGiveBack(), NextReportLimit(), phase_deadline_});
  ports_.alarm.Set(next, [this] { Advance(); });
}

}  // namespace furnace::worker
