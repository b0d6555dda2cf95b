// What subsidies need of the world. storage/ and clients/ implement it, tests/support in memory;
// one contract suite holds both stores.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metering/domain/subsidy.h"
#include "services/metering/domain/usage.h"

namespace furnace::metering {

/// What is known of a project from a time on.
struct ProjectAttributes {
  std::string project_id;
  Attributes attributes = {};
  std::int64_t effective_from_us = 0;
  std::int64_t recorded_us = 0;
};

/// Who decided.
enum class Decider {
  kLocal,     // The stored policies.
  kOpa,       // Open Policy Agent.
  kFallback,  // The stored policies, because the agent did not answer.
};

/// What was decided on a project's subsidies in a period.
struct SubsidyDecision {
  std::int64_t id = 0;  // Rises. Given by the store.
  std::string project_id;
  Span period = {};
  std::int64_t decided_us = 0;
  Decider decider = Decider::kLocal;
  std::string note = {};    // Why it is a fallback.
  std::string input = {};   // JSON, see InputJson.
  std::string result = {};  // JSON, see AwardsJson.
};

/// Attributes, policies and decisions: all append-only. Thread-safe. Errors of all: those of the
/// database.
class SubsidyStore {
 public:
  virtual ~SubsidyStore() = default;

  virtual absl::Status AddAttributes(const ProjectAttributes& attributes) = 0;

  /// What was said of a project, the latest in force first, of those the last said; at most
  /// `limit`. With `at_us`, only what is in force from then or before.
  virtual absl::StatusOr<std::vector<ProjectAttributes>> ListAttributes(
      const std::string& project_id, std::optional<std::int64_t> at_us, int limit) = 0;

  /// Stores a policy from policy.effective_from_us on; its version, which rises.
  virtual absl::StatusOr<std::int64_t> AddPolicy(const Policy& policy, std::int64_t now_us) = 0;

  /// The policies in force at `at_us`, also those disabled, in the order of application.
  virtual absl::StatusOr<std::vector<Policy>> PoliciesAt(std::int64_t at_us) = 0;

  /// Names of all policies there ever were.
  virtual absl::StatusOr<std::vector<std::string>> PolicyNames() = 0;

  /// Stores a decision; its id.
  virtual absl::StatusOr<std::int64_t> RecordDecision(const SubsidyDecision& decision) = 0;

  /// The last decision on exactly this period.
  virtual absl::StatusOr<std::optional<SubsidyDecision>> LastDecision(const std::string& project_id,
                                                                      Span period) = 0;

  /// Decisions with a smaller id than `before`, newest first, at most `limit`.
  virtual absl::StatusOr<std::vector<SubsidyDecision>> ListDecisions(const std::string& project_id,
                                                                     std::int64_t before,
                                                                     int limit) = 0;
};

/// Decides elsewhere: Open Policy Agent. Thread-safe.
class PolicyAgent {
 public:
  virtual ~PolicyAgent() = default;

  /// The result for `input`, a JSON object: valid JSON, of any kind. UNAVAILABLE or
  /// DEADLINE_EXCEEDED when there is none within a few seconds.
  virtual absl::StatusOr<std::string> Ask(const std::string& input) = 0;
};

}  // namespace furnace::metering
