#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/metering/app/adjuster.h"
#include "services/metering/domain/terms.h"

namespace furnace::metering {

/// The terms of the price list. Thread-safe.
class TermStore {
 public:
  virtual ~TermStore() = default;

  /// Adds a valid term; it with its id.
  virtual absl::StatusOr<Term> Add(Term term) = 0;

  /// The terms of the project and those of all, by id; nullopt: those of every project, too.
  virtual absl::StatusOr<std::vector<Term>> Load(const std::optional<std::string>& project_id) = 0;

  /// Has a term go for no month from `until_us` on; one that ends before stays as it is.
  /// NOT_FOUND for no such term.
  virtual absl::StatusOr<Term> End(std::int64_t id, std::int64_t until_us) = 0;
};

/// Where operators set terms. Thread-safe.
class TermDesk {
 public:
  TermDesk(TermStore& terms, const Clock& clock) : terms_(terms), clock_(clock) {}

  /// Adds a term; without `from_us` (0) from the next UTC month on. Errors: those of CheckTerm
  /// and of the store.
  absl::StatusOr<Term> Add(Term term);

  /// Ends a term with the month before `until_us`, 0: with the present one.
  ///
  /// Errors: INVALID_ARGUMENT for what is not the first of a UTC month; FAILED_PRECONDITION for
  /// the present month or one before; NOT_FOUND; those of the store.
  absl::StatusOr<Term> End(std::int64_t id, std::int64_t until_us);

  absl::StatusOr<std::vector<Term>> List(const std::optional<std::string>& project_id) {
    return terms_.Load(project_id);
  }

 private:
  TermStore& terms_;
  const Clock& clock_;
};

/// Adjusts periods by the terms in force: those that start with a UTC month and lie in it. A
/// minimum is for whole months. Other periods have no terms.
class TermAdjuster final : public Adjuster {
 public:
  explicit TermAdjuster(TermStore& terms) : terms_(terms) {}

  absl::StatusOr<std::vector<Adjustment>> Adjust(const PeriodCharges& charges) override;

 private:
  TermStore& terms_;
};

}  // namespace furnace::metering
