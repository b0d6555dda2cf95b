#include "services/registry/domain/gpu_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(NormaliseGpuTypesTest, NoneIsTheDefault) {
  EXPECT_THAT(*NormaliseGpuTypes({}), ElementsAre("rtx4000"));
}

TEST(NormaliseGpuTypesTest, KeepsOrderAndDropsRepeats) {
  EXPECT_THAT(*NormaliseGpuTypes({"RTX_4090", "A100", "rtx4090", "a-100", "h100"}),
              ElementsAre("rtx4090", "a100", "h100"));
}

TEST(NormaliseGpuTypesTest, TakesEightAndNoMore) {
  EXPECT_TRUE(NormaliseGpuTypes(std::vector<std::string>(8, "a100")).ok());
  EXPECT_EQ(NormaliseGpuTypes(std::vector<std::string>(9, "a100")).status(),
            absl::InvalidArgumentError("spec.gpu_types: 9 entries are not from 1 to 8"));
}

TEST(NormaliseGpuTypesTest, NamesTheEntryThatIsWrong) {
  for (const std::string& bad : {std::string(), std::string("-_ "), std::string("a/100"),
                                 std::string(65, 'a'), std::string("a\0b", 3)}) {
    const absl::Status status = NormaliseGpuTypes({"a100", bad}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad;
    EXPECT_THAT(std::string(status.message()), HasSubstr("spec.gpu_types[1]: ")) << bad;
  }
}

}  // namespace
}  // namespace furnace::registry
