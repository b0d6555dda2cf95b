#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/common/ledger/hash.h"
#include "libs/common/ledger/statement.h"

namespace furnace::ledger {

/// What shows that a usage record is in a project's ledger. Texts are canonical.
struct Receipt {
  std::string record;
  std::int64_t index = 0;  // The record's place among those of its transaction.
  std::vector<Hash> path;  // From it up to the transaction's root.
  std::string transaction;
  Hash previous = {};  // The chain's hash before the transaction,
  Hash hash = {};      // and after it.
};

/// A link of a project's chain.
struct ChainLink {
  std::string transaction;
  Hash hash = {};
};

/// What a chain's owner wrote down about it: its hash after transaction `number`.
struct ChainHead {
  std::int64_t number = 0;
  Hash hash = {};

  friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

/// The record that `receipt` shows. INVALID_ARGUMENT for texts that are none,
/// FAILED_PRECONDITION, saying what, when something does not add up: an amount, the way to the
/// root, the transaction's sum or its hash.
absl::StatusOr<Statement> VerifyReceipt(const Receipt& receipt);

/// OK when `links` are whole transactions, one after another, each with the hash that follows
/// from the one before, which for the first is `previous`. Errors: as of VerifyReceipt.
absl::Status VerifyChain(const Hash& previous, std::span<const ChainLink> links);

/// OK when `head` does not contradict `receipt`: it is of another transaction, or has the
/// receipt's hash before or after its own.
absl::Status VerifyHead(const Receipt& receipt, const ChainHead& head);

}  // namespace furnace::ledger
