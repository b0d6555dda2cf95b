#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/credit_ports.h"
#include "services/metering/app/period_preview.h"

namespace furnace::metering {

/// A grant as people see it: what has expired is not left, booked or not.
struct GrantView {
  GrantState state;
  AttoUsd held = {};  // What the present UTC month would use; part of state.left.
};

/// Gives, takes back and shows grants. Thread-safe. Errors of all besides those named: those of
/// the stores.
class CreditDesk {
 public:
  CreditDesk(CreditStore& store, PeriodPreviewer& previewer, const Clock& clock)
      : store_(store), previewer_(previewer), clock_(clock) {}

  /// Stores a grant under a new id; with an idempotency key, once. INVALID_ARGUMENT naming the
  /// field, ALREADY_EXISTS when the key was used for another grant.
  absl::StatusOr<GrantView> Create(Grant grant);

  /// Takes back what is left. INVALID_ARGUMENT for a bad id or reason, NOT_FOUND.
  absl::StatusOr<GrantView> Void(const std::string& grant_id, const std::string& reason);

  /// A project's grants in the order of use.
  absl::StatusOr<std::vector<GrantView>> List(const std::string& project_id);

 private:
  CreditStore& store_;
  PeriodPreviewer& previewer_;
  const Clock& clock_;
};

}  // namespace furnace::metering
