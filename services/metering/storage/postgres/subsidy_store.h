#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering {

/// The tables metering.project_attributes, subsidy_policies and subsidy_decisions.
class PostgresSubsidyStore final : public SubsidyStore {
 public:
  explicit PostgresSubsidyStore(postgres::Pool& pool) : pool_(pool) {}

  absl::Status AddAttributes(const ProjectAttributes& attributes) override;
  absl::StatusOr<std::vector<ProjectAttributes>> ListAttributes(const std::string& project_id,
                                                                std::optional<std::int64_t> at_us,
                                                                int limit) override;
  absl::StatusOr<std::int64_t> AddPolicy(const Policy& policy, std::int64_t now_us) override;
  absl::StatusOr<std::vector<Policy>> PoliciesAt(std::int64_t at_us) override;
  absl::StatusOr<std::vector<std::string>> PolicyNames() override;
  absl::StatusOr<std::int64_t> RecordDecision(const SubsidyDecision& decision) override;
  absl::StatusOr<std::optional<SubsidyDecision>> LastDecision(const std::string& project_id,
                                                              Span period) override;
  absl::StatusOr<std::vector<SubsidyDecision>> ListDecisions(const std::string& project_id,
                                                             std::int64_t before,
                                                             int limit) override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::metering
