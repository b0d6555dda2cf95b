#include "services/worker/domain/text.h"

#include <gtest/gtest.h>

#include "services/worker/domain/outcome.h"

namespace furnace::worker {
namespace {

struct Utf8Case {
  std::string name;
  std::string text;
  std::size_t bytes_max;
  std::string clean;
};

class WorkerCleanUtf8Test : public ::testing::TestWithParam<Utf8Case> {};

TEST_P(WorkerCleanUtf8Test, MakesTextFitForTheWire) {
  EXPECT_EQ(CleanUtf8(GetParam().text, GetParam().bytes_max), GetParam().clean);
}

INSTANTIATE_TEST_SUITE_P(Table, WorkerCleanUtf8Test,
                         ::testing::ValuesIn<Utf8Case>({
                             {"Plain", "abc", 10, "abc"},
                             {"Cut", "abcdef", 3, "abc"},
                             {"NoCharacterIsCutInHalf", "aé", 2, "a"},
                             {"AllLengths", "aé€😀", 10, "aé€😀"},
                             {"StrayContinuation", "a\x80z", 10, "a?z"},
                             {"Truncated", "a\xe2\x82", 10, "a??"},
                             {"Overlong", "\xc0\xaf", 10, "??"},
                             {"OverlongThree", "\xe0\x80\xaf", 10, "???"},
                             {"Surrogate", "\xed\xa0\x80", 10, "???"},
                             {"BeyondUnicode", "\xf4\x90\x80\x80", 10, "????"},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(WorkerFailureTest, TextIsCutAtTheLimit) {
  EXPECT_EQ(Failure(Cause::kHandlerError, std::string(20'000, 'x')).error.size(), kErrorBytesMax);
}

TEST(WorkerPercentTest, RoundTrips) {
  EXPECT_EQ(PercentEncode("NVIDIA A/1-_.~é"), "NVIDIA%20A%2F1-_.~%C3%A9");
  EXPECT_EQ(PercentDecode(PercentEncode("NVIDIA A/1é")), "NVIDIA A/1é");
  EXPECT_EQ(PercentDecode("a+b%2Cc%zz%4"), "a b,c%zz%4");
}

TEST(WorkerQueryTest, IsSplitAndDecoded) {
  const auto query = ParseQuery("gpu=NVIDIA+H200&job_id=a%2Cb&&flag&gpu=last&=x");
  EXPECT_EQ(query.at("gpu"), "last");
  EXPECT_EQ(query.at("job_id"), "a,b");
  EXPECT_EQ(query.at("flag"), "");
  EXPECT_EQ(query.at(""), "x");
}

}  // namespace
}  // namespace furnace::worker
