#include "services/scheduler/domain/attribution.h"

#include <gtest/gtest.h>

#include "tests/support/scheduler/samples.h"

namespace furnace::scheduler {
namespace {

TEST(AttributionTest, WhatIsEncodedIsUnderstood) {
  const std::string key = NewId();
  const Attribution cases[] = {
      {},
      {.api_key_id = key},
      {.tags = {{"team", "a"}}},
      {.api_key_id = key, .tags = {{"a b", "c=d=e"}, {"task_type", "ocr"}, {"~", " "}}},
  };
  for (const Attribution& each : cases) {
    EXPECT_EQ(ParseAttribution(EncodeAttribution(each)), each) << EncodeAttribution(each);
  }
  EXPECT_EQ(EncodeAttribution({}), "");
  EXPECT_EQ(EncodeAttribution({.api_key_id = key}), key) << "which is read up to a line's end";
}

TEST(AttributionTest, ABadTagIsRefusedByItsName) {
  const std::string long_text(65, 'x');
  const struct {
    std::map<std::string, std::string> tags;
    std::string error;
  } cases[] = {
      {{}, ""},
      {{{"team", "a=b"}}, ""},
      {{{std::string(64, 'x'), std::string(64, 'y')}}, ""},
      {{{"", "a"}}, "tags: a name is not 1-64 printable ASCII characters without '='"},
      {{{"a=b", "a"}}, "tags: a name is not 1-64 printable ASCII characters without '='"},
      {{{"a\nb", "a"}}, "tags: a name is not 1-64 printable ASCII characters without '='"},
      {{{long_text, "a"}}, "tags: a name is not 1-64 printable ASCII characters without '='"},
      {{{"task_type", "a"}}, "tags: task_type is SubmitTask's"},
      {{{"team", ""}}, "tags.team: not 1-64 printable ASCII characters"},
      {{{"team", long_text}}, "tags.team: not 1-64 printable ASCII characters"},
      {{{"team", "a\nb=c"}}, "tags.team: not 1-64 printable ASCII characters"},
      {{{"team", "\xc3\xa4"}}, "tags.team: not 1-64 printable ASCII characters"},
  };
  for (const auto& each : cases) {
    const absl::Status status = CheckTags(each.tags);
    EXPECT_EQ(std::string(status.message()), each.error);
    EXPECT_EQ(status.ok(), each.error.empty());
  }
}

TEST(AttributionTest, ThereAreAtMost15Tags) {
  std::map<std::string, std::string> tags;
  for (std::size_t i = 0; i < kMaxTags; ++i) tags[std::to_string(i)] = "v";
  EXPECT_TRUE(CheckTags(tags).ok());
  tags["one more"] = "v";
  EXPECT_EQ(CheckTags(tags).message(), "tags: 16, more than 15");
}

}  // namespace
}  // namespace furnace::scheduler
