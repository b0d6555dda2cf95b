#include "services/worker/app/unstored_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace furnace::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Progress Report(const LeaseId& lease, std::int64_t sequence, const std::string& chunk = "1") {
  return {.lease = lease, .progress = {}, .chunks = {chunk}, .sequence = sequence};
}

class UnstoredProgressTest : public ::testing::Test {
 protected:
  std::vector<std::int64_t> Kept() const {
    std::vector<std::int64_t> numbers;
    for (const Progress& progress : unstored_.All()) numbers.push_back(progress.sequence);
    return numbers;
  }

  const LeaseId a_{"a", 1};
  const LeaseId b_{"b", 1};
  UnstoredProgress unstored_;
};

TEST_F(UnstoredProgressTest, KeepsEachAttemptsInOrderUntilItIsStored) {
  for (const std::int64_t number : {1, 2, 3}) unstored_.Add(Report(a_, number));
  unstored_.Add(Report(b_, 1));
  EXPECT_THAT(Kept(), ElementsAre(1, 2, 3, 1));
  unstored_.Stored(a_, 2);
  EXPECT_THAT(Kept(), ElementsAre(3, 1));
  unstored_.Stored(a_, 1);  // Said before.
  unstored_.Stored({"a", 2}, 9);
  unstored_.Stored({"c", 1}, 9);
  EXPECT_THAT(Kept(), ElementsAre(3, 1));
  unstored_.Drop(a_);
  EXPECT_THAT(Kept(), ElementsAre(1));
}

TEST_F(UnstoredProgressTest, SaysWhatIsKnownToBeStored) {
  EXPECT_EQ(unstored_.Add(Report(a_, 1)).stored, 0);
  EXPECT_EQ(unstored_.Add(Report(a_, 2)).stored, 0);
  unstored_.Stored(a_, 1);
  EXPECT_EQ(unstored_.All().at(0).stored, 1) << "also of one that was sent before";
  EXPECT_EQ(unstored_.Add(Report(a_, 3)).stored, 1);
  EXPECT_EQ(unstored_.Add(Report(b_, 1)).stored, 0);
  unstored_.Stored(a_, 3);
  EXPECT_EQ(unstored_.Add(Report(a_, 4)).stored, 3) << "though none of it was kept";
}

TEST_F(UnstoredProgressTest, CountsItsBytes) {
  EXPECT_EQ(unstored_.bytes(), 0U);
  unstored_.Add(Report(a_, 1, std::string(1000, '1')));
  unstored_.Add({.lease = b_, .progress = "10", .chunks = {}, .sequence = 1});
  EXPECT_GE(unstored_.bytes(), 1002U);
  unstored_.Stored(a_, 1);
  EXPECT_LT(unstored_.bytes(), 1000U);
  EXPECT_GT(unstored_.bytes(), 2U) << "an empty one is not free";
  unstored_.Drop(b_);
  EXPECT_EQ(unstored_.bytes(), 0U);
  EXPECT_THAT(unstored_.All(), IsEmpty());
}

}  // namespace
}  // namespace furnace::worker
