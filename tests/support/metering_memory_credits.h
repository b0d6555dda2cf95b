// The ports of credits and subsidies in memory.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/common/base/mutex.h"
#include "services/metering/app/credit_ports.h"
#include "services/metering/app/subsidy_ports.h"

namespace furnace::metering {

/// Grants, entries and commits in memory.
class MemoryCreditStore final : public CreditStore {
 public:
  absl::StatusOr<GrantState> CreateGrant(const Grant& grant) override;
  absl::StatusOr<std::vector<GrantState>> Grants(const std::string& project_id) override;
  absl::StatusOr<GrantState> VoidGrant(const std::string& grant_id, const std::string& reason,
                                       std::int64_t now_us) override;
  absl::StatusOr<std::optional<PeriodCommit>> FindCommit(const std::string& project_id,
                                                         Span period) override;
  absl::Status Commit(const PeriodCommit& commit, std::int64_t now_us) override;

 private:
  Mutex mutex_;
  std::map<std::string, GrantState> grants_ ABSL_GUARDED_BY(mutex_);
  std::vector<PeriodCommit> commits_ ABSL_GUARDED_BY(mutex_);
};

/// Attributes, policies and decisions in memory.
class MemorySubsidyStore final : public SubsidyStore {
 public:
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
  Mutex mutex_;
  std::vector<ProjectAttributes> attributes_ ABSL_GUARDED_BY(mutex_);
  std::vector<Policy> policies_ ABSL_GUARDED_BY(mutex_);
  std::vector<SubsidyDecision> decisions_ ABSL_GUARDED_BY(mutex_);
};

/// Says what it is told to, and keeps what it was asked. For one thread.
class ScriptedAgent final : public PolicyAgent {
 public:
  absl::StatusOr<std::string> Ask(const std::string& input) override {
    asked.push_back(input);
    return answer;
  }

  absl::StatusOr<std::string> answer = std::string(R"({"awards":[]})");
  std::vector<std::string> asked;
};

/// The same charges for every project and period. For one thread.
class FixedCharges final : public ChargeSource {
 public:
  absl::StatusOr<std::vector<Charge>> Load(const std::string&, Span) override { return charges; }

  std::vector<Charge> charges;
};

/// A charge of GPU time at a price in nano-dollars a GPU-second.
Charge GpuTimeCharge(const std::string& endpoint_id, const std::string& gpu_type,
                     std::int64_t price_nanos, std::int64_t gpu_seconds);

/// A grant of a project, valid from kTenUs for a year.
Grant AGrant(const std::string& project_id, std::int64_t amount_nanos);

}  // namespace furnace::metering
