#include "libs/common/ledger/merkle.h"

#include <bit>

namespace furnace::ledger {
namespace {

constexpr std::string_view kLeaf("\0", 1);
constexpr std::string_view kNode("\1", 1);

Hash NodeHash(const Hash& left, const Hash& right) {
  return HashOf({kNode, BytesOf(left), BytesOf(right)});
}

// Leaves in the left one of a tree's two halves: the largest power of two below `count`,
// which is at least 2.
std::uint64_t LeftOf(std::uint64_t count) { return std::bit_floor(count - 1); }

}  // namespace

Hash LeafHash(std::string_view text) { return HashOf({kLeaf, text}); }

Hash RootOf(std::span<const Hash> leaves) {
  if (leaves.empty()) return HashOf({});
  if (leaves.size() == 1) return leaves[0];
  const std::size_t left = LeftOf(leaves.size());
  return NodeHash(RootOf(leaves.first(left)), RootOf(leaves.subspan(left)));
}

std::vector<Hash> PathOf(std::span<const Hash> leaves, std::size_t index) {
  if (leaves.size() <= 1) return {};
  const std::size_t left = LeftOf(leaves.size());
  const bool in_left = index < left;
  std::vector<Hash> path =
      in_left ? PathOf(leaves.first(left), index) : PathOf(leaves.subspan(left), index - left);
  path.push_back(RootOf(in_left ? leaves.subspan(left) : leaves.first(left)));
  return path;
}

absl::StatusOr<Hash> RootFromPath(const Hash& leaf, std::int64_t index, std::int64_t count,
                                  std::span<const Hash> path) {
  if (index < 0 || index >= count) return absl::InvalidArgumentError("index: not in the tree");
  if (count == 1) {
    if (!path.empty()) return absl::InvalidArgumentError("path: too long");
    return leaf;
  }
  if (path.empty()) return absl::InvalidArgumentError("path: too short");
  const auto left = static_cast<std::int64_t>(LeftOf(static_cast<std::uint64_t>(count)));
  const std::span<const Hash> rest = path.first(path.size() - 1);
  if (index < left) {
    const absl::StatusOr<Hash> root = RootFromPath(leaf, index, left, rest);
    return root.ok() ? NodeHash(*root, path.back()) : root;
  }
  const absl::StatusOr<Hash> root = RootFromPath(leaf, index - left, count - left, rest);
  return root.ok() ? NodeHash(path.back(), *root) : root;
}

}  // namespace furnace::ledger
