#include "services/metering/app/invoice_duty.h"

#include <spdlog/spdlog.h>

#include <string>
#include <vector>

#include "services/metering/domain/month.h"

namespace furnace::metering {
namespace {

constexpr int kProjectsAtOnce = 100;
// Most projects of one run, after which others may have a turn.
constexpr int kMaxProjects = 10'000;

}  // namespace

std::int64_t LastClosable(std::int64_t now_us, absl::Duration grace) {
  return MonthAt(now_us - absl::ToInt64Microseconds(grace)).start_us;
}

void InvoiceDuty::Run() {
  const absl::StatusOr<bool> ran = store_.RunAlone([this] { FinalizeDue(); });
  if (!ran.ok()) spdlog::warn("invoices: {}", ran.status().ToString());
}

void InvoiceDuty::FinalizeDue() {
  const std::int64_t end_us = LastClosable(absl::ToUnixMicros(clock_.Now()), grace_);
  std::string after;
  for (int done = 0; done < kMaxProjects; done += kProjectsAtOnce) {
    const absl::StatusOr<std::vector<std::string>> due = store_.Due(end_us, after, kProjectsAtOnce);
    if (!due.ok()) return spdlog::warn("invoices: {}", due.status().ToString());
    for (const std::string& project_id : *due) FinalizeAll(project_id, end_us);
    if (due->size() < kProjectsAtOnce) return;
    after = due->back();
  }
}

void InvoiceDuty::FinalizeAll(const std::string& project_id, std::int64_t end_us) {
  for (;;) {
    const absl::StatusOr<bool> done = desk_.FinalizeNext(project_id, end_us);
    if (!done.ok()) {
      return spdlog::error("invoice of project {}: {}", project_id, done.status().ToString());
    }
    if (!*done) return;
    spdlog::info("invoice of project {} is final", project_id);
  }
}

}  // namespace furnace::metering
