#include "libs/common/ledger/merkle.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::ledger {
namespace {

std::vector<Hash> Leaves(int count) {
  std::vector<Hash> leaves;
  for (int i = 0; i < count; ++i) leaves.push_back(LeafHash(std::to_string(i)));
  return leaves;
}

// The test vectors of RFC 6962 implementations: eight leaves.
std::vector<Hash> KnownLeaves() {
  const std::string inputs[] = {"",
                                std::string(1, '\0'),
                                "\x10",
                                "\x20\x21",
                                "\x30\x31",
                                "\x40\x41\x42\x43",
                                "\x50\x51\x52\x53\x54\x55\x56\x57",
                                "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  std::vector<Hash> leaves;
  for (const std::string& input : inputs) leaves.push_back(LeafHash(input));
  return leaves;
}

TEST(MerkleTest, AgreesWithTheTestVectorsOfOthers) {
  const std::vector<Hash> leaves = KnownLeaves();
  const auto root = [&](std::size_t count) {
    return ToHex(RootOf(std::span(leaves).first(count)));
  };
  EXPECT_EQ(root(0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(root(1), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(root(2), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
  EXPECT_EQ(root(3), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
  EXPECT_EQ(root(8), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(MerkleTest, EveryLeafOfEveryTreeHasAPathToTheRoot) {
  for (int count = 1; count <= 33; ++count) {
    const std::vector<Hash> leaves = Leaves(count);
    for (int i = 0; i < count; ++i) {
      const auto index = static_cast<std::size_t>(i);
      const std::vector<Hash> path = PathOf(leaves, index);
      EXPECT_EQ(*RootFromPath(leaves[index], i, count, path), RootOf(leaves));
      EXPECT_NE(*RootFromPath(LeafHash("other"), i, count, path), RootOf(leaves));
    }
  }
}

TEST(MerkleTest, APathOfAnotherTreeOrPlaceLeadsElsewhere) {
  const std::vector<Hash> leaves = Leaves(5);
  std::vector<Hash> path = PathOf(leaves, 2);
  EXPECT_NE(*RootFromPath(leaves[2], 3, 5, path), RootOf(leaves));
  EXPECT_TRUE(absl::IsInvalidArgument(RootFromPath(leaves[2], 5, 5, path).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(RootFromPath(leaves[2], -1, 5, path).status()));
  path.pop_back();
  EXPECT_TRUE(absl::IsInvalidArgument(RootFromPath(leaves[2], 2, 5, path).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(RootFromPath(leaves[0], 0, 1, path).status()));
}

TEST(HashTest, HexadecimalDigitsGoBothWays) {
  const Hash hash = HashOf({"a", "bc"});
  EXPECT_EQ(ToHex(hash), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(*ParseHash(ToHex(hash)), hash);
  for (const std::string& bad : {std::string("00"), std::string(64, 'g'), std::string(64, 'A')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseHash(bad).status())) << bad;
  }
}

}  // namespace
}  // namespace furnace::ledger
