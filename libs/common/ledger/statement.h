// What the canonical texts of the books say, and whether it adds up. docs/metering.md has
// the texts line by line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/ledger/hash.h"
#include "libs/common/ledger/money.h"

namespace furnace::ledger {

/// One amount that a usage record is booked with.
struct StatementLine {
  std::string kind;  // gpu_time, invocation, storage, covered, credit or correction.
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  Int128 quantity = 0;                     // In the unit of the kind.
  std::optional<std::int64_t> price = {};  // Nano-dollars a unit; nullopt: it had none.
  AttoUsd amount = {};
};

/// What a canonical text is about.
enum class StatementForm {
  kUsage,       // A usage record, as it was booked first.
  kRerating,    // A usage record whose lines are taken back and booked anew.
  kCorrection,  // An amount that somebody decided on.
};

/// What is booked as one leaf of a transaction, and its amounts.
struct Statement {
  StatementForm form = StatementForm::kUsage;
  std::string project_id;
  std::string job_id;
  std::int64_t epoch = 0;
  std::string kind;
  std::string gpu_type;
  std::int64_t milli_gpus = 0;
  std::int64_t bytes = 0;
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  std::vector<StatementLine> lines;
};

/// INVALID_ARGUMENT when `text` is no canonical text of any form.
absl::StatusOr<Statement> ParseStatement(std::string_view text);

/// FAILED_PRECONDITION, naming the line, unless each amount is its price times its quantity,
/// each quantity what was held for that long, and the lines cover the whole time, once; of a
/// record that is rated again, no time in all.
absl::Status CheckStatement(const Statement& statement);

/// One sum of a ledger transaction.
struct LedgerSum {
  std::string account;
  std::string kind;
  AttoUsd amount = {};
};

/// A ledger transaction.
struct LedgerPage {
  std::string project_id;
  std::int64_t number = 0;
  std::int64_t time_us = 0;
  std::int64_t records = 0;
  Hash root = {};
  std::vector<LedgerSum> sums;
};

/// INVALID_ARGUMENT when `text` is no canonical text of a ledger transaction.
absl::StatusOr<LedgerPage> ParseLedgerPage(std::string_view text);

/// FAILED_PRECONDITION unless the page's sums are zero together.
absl::Status CheckLedgerPage(const LedgerPage& page);

}  // namespace furnace::ledger
