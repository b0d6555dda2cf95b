#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "services/metering/domain/invoice.h"

namespace furnace::metering {

/// Sums up what the ledger books between two cuts, by section, endpoint, GPU type, kind and
/// price; what is late, by month, too. For one thread.
///
/// The time of usage is that of the hour's piece; of an invocation, its end. What a transaction
/// without records books counts as before any time: it is for the first invoice made after it.
class InvoiceCharges {
 public:
  /// What is before the cut (`last`, `period.end_us`) and not before `before`. Usage from
  /// before `period` is late.
  InvoiceCharges(Span period, const InvoiceCut& before, std::int64_t last)
      : period_(period), before_(before), last_(last) {}

  /// Takes in a bill of transaction `number`. OUT_OF_RANGE when a sum grows over 38 digits.
  absl::Status Take(std::int64_t number, const Bill& bill);

  /// Takes in a transaction of which all bills have been taken in, or which has none.
  absl::Status Take(const Transaction& transaction);

  /// One charge for each line, in their order.
  std::vector<Charge> Charges() const;

  /// The lines so far, not settled, by section, month, endpoint, GPU type, kind, price.
  std::vector<InvoiceLine> Lines() const;

  /// The cut that the invoice makes.
  InvoiceCut Cut() const;

 private:
  using Key = std::tuple<LineSection, std::int64_t, std::string, std::string, EntryKind,
                         std::optional<std::int64_t>>;
  struct Sum {
    Int128 quantity = 0;
    AttoUsd amount = {};
    Span used = {};
  };

  bool IsBetweenCuts(std::int64_t number, std::int64_t time_us) const;
  absl::Status Add(const Key& key, Int128 quantity, AttoUsd amount, Span used);

  const Span period_;
  const InvoiceCut before_;
  const std::int64_t last_;
  std::optional<std::int64_t> open_from_;
  std::map<Key, Sum> sums_;
};

}  // namespace furnace::metering
