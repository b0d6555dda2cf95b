#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "services/metering/domain/ledger.h"

namespace furnace::metering {

/// Something in the books that is not what it has to be.
struct Difference {
  std::int64_t transaction = 0;  // Its number.
  std::string what;
};

/// How `stored`, which comes after `before` in its project's chain, differs from what `bills` and
/// `postings`, remade from its records, make of it: nothing, as long as nobody changed a byte.
std::vector<Difference> Compare(const ChainHead& before, const ChainedTransaction& stored,
                                BillRefs bills, std::span<const Posting> postings = {});

}  // namespace furnace::metering
