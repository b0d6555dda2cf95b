#include "libs/common/ledger/statement_line.h"

#include "libs/common/base/status.h"

namespace furnace::ledger {
namespace {

constexpr Int128 kLargestQuantity = Int128{1} << 100;

AttoUsd ChargeFor(const StatementLine& line, bool stored) {
  const std::int64_t price = line.price.value_or(0);
  if (stored) return StorageCharge(price, line.quantity);
  const AttoUsd charge{static_cast<Int128>(price) * line.quantity};
  if (line.kind == "invocation") return {charge.value * kAttosPerNano};
  return line.kind == "credit" ? -charge : charge;
}

// What `line`'s quantity has to be: what was held times how long.
Int128 QuantityOf(const Statement& statement, const StatementLine& line, bool stored) {
  if (line.kind == "invocation") return 1;
  return static_cast<Int128>(line.end_us - line.start_us) *
         (stored ? statement.bytes : statement.milli_gpus);
}

bool IsKnown(const StatementLine& line) {
  for (const char* kind : {"gpu_time", "invocation", "storage", "covered", "credit"}) {
    if (line.kind == kind) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<StatementLine> ReadLine(TextReader& reader) {
  FURNACE_ASSIGN_OR_RETURN(const std::string_view value, reader.Value("line"));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string_view> words, Words(value, 6));
  StatementLine line{.kind = std::string(words[0])};
  FURNACE_ASSIGN_OR_RETURN(line.start_us, ParseInt64(words[1]));
  FURNACE_ASSIGN_OR_RETURN(line.end_us, ParseInt64(words[2]));
  FURNACE_ASSIGN_OR_RETURN(line.quantity, ParseInt128(words[3]));
  if (words[4] != "-") {
    FURNACE_ASSIGN_OR_RETURN(line.price, ParseInt64(words[4]));
  }
  FURNACE_ASSIGN_OR_RETURN(line.amount.value, ParseInt128(words[5]));
  return line;
}

absl::Status WrongLine(std::size_t index, std::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, "line {}: {}", index + 1, what);
}

absl::Status CheckLine(const Statement& statement, std::size_t index, bool may_be_reversed) {
  const StatementLine& line = statement.lines[index];
  const bool stored = line.kind == "storage";
  if (!IsKnown(line)) return WrongLine(index, "of no known kind");
  const Int128 least = may_be_reversed ? -kLargestQuantity : 0;
  if (line.quantity < least || line.quantity > kLargestQuantity || line.price.value_or(0) < 0) {
    return WrongLine(index, "a figure out of range");
  }
  const Int128 held = QuantityOf(statement, line, stored);
  if (line.quantity != held && !(may_be_reversed && line.quantity == -held)) {
    return WrongLine(index, "the quantity is not what was held times how long");
  }
  if (!(line.amount == ChargeFor(line, stored))) {
    return WrongLine(index, "the amount is not price times quantity");
  }
  return absl::OkStatus();
}

}  // namespace furnace::ledger
