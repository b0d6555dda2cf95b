#pragma once

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/budget_ports.h"

namespace furnace::metering {

/// An alert as it is posted.
struct AlertPost {
  std::string id;  // The same in every attempt.
  std::string project_id;
  std::string url;
  std::string body;  // JSON.
};

/// Posts alerts. Blocks.
class AlertSender {
 public:
  virtual ~AlertSender() = default;

  /// The status of the answer. Errors: none came.
  virtual absl::StatusOr<int> Send(const AlertPost& post) = 0;
};

/// An alert as it is posted to its budget's webhook.
AlertPost PostOf(const DueAlert& due);

/// For how long to wait after so many attempts (from 1) before the next: a second, three times
/// as long after each failure, up to three hours; nullopt after about a day, when it is given
/// up.
std::optional<absl::Duration> WaitAfterAlert(int attempts);

/// Notices thresholds that budgets have reached, and posts alerts until they are delivered. Of
/// each threshold there is one in a window, however many replicas look. Notice is for one thread,
/// and Deliver for another: receivers may be slow.
class BudgetAlerts {
 public:
  /// How often to call each.
  static constexpr absl::Duration kEvery = absl::Seconds(2);

  BudgetAlerts(BudgetStore& store, AlertSender& sender, const Clock& clock)
      : store_(store), sender_(sender), clock_(clock) {}

  /// Notes what was reached since.
  absl::Status Notice();
  /// Posts what is due, a few alerts of each project.
  absl::Status Deliver();

 private:
  absl::Status Note(const BudgetState& state);

  BudgetStore& store_;
  AlertSender& sender_;
  const Clock& clock_;
  /// The window and the highest threshold that were noted last, by budget; Notice's alone.
  std::map<std::string, std::pair<absl::Time, int>> noted_;
};

}  // namespace furnace::metering
