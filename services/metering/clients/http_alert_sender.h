#pragma once

#include <string>
#include <vector>

#include "libs/common/base/clock.h"
#include "libs/common/http/client.h"
#include "services/metering/app/budget_alerts.h"

namespace furnace::metering {

/// Posts alerts as Standard Webhooks has it, with the event "budget.threshold". Follows no
/// redirects. For one thread.
class HttpAlertSender final : public AlertSender {
 public:
  /// Signs under each of `secrets`; `may_connect`: which addresses are sent to, nullptr: any.
  HttpAlertSender(std::vector<std::string> secrets, http::AddressRule may_connect,
                  const Clock& clock)
      : secrets_(std::move(secrets)), may_connect_(may_connect), clock_(clock) {}

  absl::StatusOr<int> Send(const AlertPost& post) override;

 private:
  const std::vector<std::string> secrets_;
  const http::AddressRule may_connect_;
  const Clock& clock_;
  http::Client client_;
};

}  // namespace furnace::metering
