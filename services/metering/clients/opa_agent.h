#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering {

/// Open Policy Agent's data API: POST {"input": ...} to the URL of a rule.
class OpaAgent final : public PolicyAgent {
 public:
  struct Options {
    std::string url;
    std::string token = {};  // Bearer; empty: none is sent.
    absl::Duration timeout = absl::Seconds(2);
  };

  explicit OpaAgent(Options options) : options_(std::move(options)) {}

  /// Has the timeout to answer; asked once more when it is not reached or busy.
  absl::StatusOr<std::string> Ask(const std::string& input) override;

 private:
  const Options options_;
};

/// The "result" of an answer's body, as it stands. UNAVAILABLE for a body without one: the rule
/// is undefined, or this is no agent.
absl::StatusOr<std::string> ResultIn(std::string_view body);

}  // namespace furnace::metering
