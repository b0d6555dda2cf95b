#include "services/scheduler/domain/affinity.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

TEST(AffinityTest, TheClassKeepsTheOrderOfPreference) {
  EXPECT_EQ(AffinityClass({}), "*");
  EXPECT_EQ(AffinityClass({"rtx4000"}), "rtx4000");
  EXPECT_EQ(AffinityClass({"rtx4090", "rtx4000"}), "rtx4090,rtx4000");
  EXPECT_NE(AffinityClass({"a", "b"}), AffinityClass({"b", "a"}));
}

TEST(AffinityTest, AWorkerSatisfiesTheClassesThatNameItsGpu) {
  const struct {
    std::string_view gpu_type;
    std::string_view affinity_class;
    bool satisfies;
  } cases[] = {
      {"rtx4000", "*", true},
      {"", "*", true},
      {"rtx4000", "rtx4000", true},
      {"rtx4000", "rtx4090,rtx4000", true},
      {"rtx4090", "rtx4090,rtx4000", true},
      {"h100", "rtx4090,h100,rtx4000", true},
      {"rtx4000", "rtx4090", false},
      {"rtx400", "rtx4000", false},  // A part of a name is not the name,
      {"tx4000", "rtx4000", false},  // at either end.
      {"rtx4000ada", "rtx4000", false},
      {"", "rtx4000", false},
      {"rtx4000", "", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Satisfies(c.gpu_type, c.affinity_class), c.satisfies)
        << c.gpu_type << " for " << c.affinity_class;
  }
}

}  // namespace
}  // namespace furnace::scheduler
