#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/ledger/receipt.h"

namespace furnace::cli {

/// The receipts in what `furnace receipt get` printed. INVALID_ARGUMENT, saying where, for
/// anything else.
absl::StatusOr<std::vector<ledger::Receipt>> ParseReceipts(const std::string& text);

/// The links in what `furnace ledger transactions --json` printed.
absl::StatusOr<std::vector<ledger::ChainLink>> ParseChain(const std::string& text);

/// "NUMBER:HASH", as `furnace ledger head` prints it.
absl::StatusOr<ledger::ChainHead> ParseHead(const std::string& text);

/// OK when the receipt is good by itself, agrees with each of `heads`, and is part of `chain`,
/// unless that is empty, which in turn agrees with the heads that lie in it. Needs no server.
absl::Status VerifyAll(const ledger::Receipt& receipt, const std::vector<ledger::ChainHead>& heads,
                       const std::vector<ledger::ChainLink>& chain);

/// What `receipt`, which is good, shows: a line for each amount.
absl::StatusOr<std::string> DescribeReceipt(const ledger::Receipt& receipt);

}  // namespace furnace::cli
