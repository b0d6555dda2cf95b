// What credits need of the world. storage/ implements it against Postgres and tests/support in
// memory; one contract suite holds both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metering/domain/charge.h"
#include "services/metering/domain/credits.h"

namespace furnace::metering {

inline constexpr int kMaxGrantsOfProject = 1'000;

/// A grant and what became of it: amount = used + voided + expired + left.
struct GrantState {
  Grant grant;
  AttoUsd used = {};
  AttoUsd voided = {};
  AttoUsd expired = {};
  AttoUsd left = {};
};

/// What a period takes of a grant.
struct GrantUse {
  std::string grant_id;
  AttoUsd amount = {};  // More than 0.

  friend bool operator==(const GrantUse&, const GrantUse&) = default;
};

/// A period whose subsidies and credits stand.
struct PeriodCommit {
  std::string project_id;
  Span period = {};
  std::string reference;         // Of the invoice.
  std::int64_t decision_id = 0;  // On its subsidies.
  std::vector<GrantUse> uses = {};
};

/// Grants, and the append-only entries that say what became of them: never more is used, taken
/// back and expired than was given. Thread-safe. Errors of all besides those named: those of
/// the database.
class CreditStore {
 public:
  virtual ~CreditStore() = default;

  /// Stores a grant and returns it; where the project has one with its idempotency key, that
  /// one. RESOURCE_EXHAUSTED when the project has kMaxGrantsOfProject.
  virtual absl::StatusOr<GrantState> CreateGrant(const Grant& grant) = 0;

  /// A project's grants, by id.
  virtual absl::StatusOr<std::vector<GrantState>> Grants(const std::string& project_id) = 0;

  /// Takes back what is left of a grant, and returns it. NOT_FOUND when there is none.
  virtual absl::StatusOr<GrantState> VoidGrant(const std::string& grant_id,
                                               const std::string& reason, std::int64_t now_us) = 0;

  /// The commit of exactly this period; its uses by grant id.
  virtual absl::StatusOr<std::optional<PeriodCommit>> FindCommit(const std::string& project_id,
                                                                 Span period) = 0;

  /// Stores a commit with its uses, and lets what is left of grants that end with the period or
  /// before expire: all, or on an error nothing. ABORTED when a grant has less left than is to
  /// be used, ALREADY_EXISTS when the period is committed.
  virtual absl::Status Commit(const PeriodCommit& commit, std::int64_t now_us) = 0;
};

/// What projects were charged. Thread-safe.
class ChargeSource {
 public:
  virtual ~ChargeSource() = default;

  /// The customer lines of the transactions that the ledger of a project got in `period`,
  /// summed. RESOURCE_EXHAUSTED when these are more than 100,000.
  virtual absl::StatusOr<std::vector<Charge>> Load(const std::string& project_id, Span period) = 0;
};

}  // namespace furnace::metering
