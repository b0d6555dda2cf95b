// The Merkle tree of RFC 6962, section 2.1: a root of 32 bytes stands for any number of
// texts, and a path of a few hashes shows that a text is one of them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/ledger/hash.h"

namespace furnace::ledger {

/// SHA-256 of a zero byte and `text`.
Hash LeafHash(std::string_view text);

/// The root over `leaves`, in their order; without any, SHA-256 of nothing.
Hash RootOf(std::span<const Hash> leaves);

/// The hashes beside the way from leaf `index`, which there is, up to the root.
std::vector<Hash> PathOf(std::span<const Hash> leaves, std::size_t index);

/// The root that `path` leads to from `leaf`, number `index` of `count`.
/// INVALID_ARGUMENT for an index out of range and a path of another length than such a
/// tree has.
absl::StatusOr<Hash> RootFromPath(const Hash& leaf, std::int64_t index, std::int64_t count,
                                  std::span<const Hash> path);

}  // namespace furnace::ledger
