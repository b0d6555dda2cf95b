#pragma once

#include <string>
#include <string_view>

#include "libs/common/http/client.h"
#include "services/metering/app/throttle_watch.h"

namespace furnace::metering {

/// Waybill's GET /api/v1/projects/{id}/throttles.
class WaybillThrottles final : public ThrottleSource {
 public:
  WaybillThrottles(std::string url, std::string api_key)
      : url_(std::move(url)), api_key_(std::move(api_key)) {}

  absl::StatusOr<std::optional<Throttle>> Ask(const std::string& account_id) override;

 private:
  const std::string url_;
  const std::string api_key_;
  http::Client client_;
};

/// The first throttle in an answer's body that is not cleared. UNAVAILABLE for a body that
/// is not understood.
absl::StatusOr<std::optional<Throttle>> ThrottleIn(std::string_view body);

}  // namespace furnace::metering
