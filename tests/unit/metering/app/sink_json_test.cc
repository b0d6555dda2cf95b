#include "services/metering/app/sink_json.h"

#include <gtest/gtest.h>

namespace furnace::metering {
namespace {

TEST(SinkJsonTest, NumbersKeepTheirDigitsAndTextsAreQuoted) {
  SinkEvent event;
  event.metrics = {{"gpu_seconds", "0.000000000000000001"}};
  event.metadata = {{"gpu_type", "a \"b\"\\"}};
  EXPECT_EQ(NumbersJson(event.metrics), R"({"gpu_seconds":0.000000000000000001})");
  EXPECT_EQ(TextsJson(event.metadata), R"({"gpu_type":"a \"b\"\\"})");
  EXPECT_EQ(FieldsJson(event), R"({"gpu_seconds":0.000000000000000001,"gpu_type":"a \"b\"\\"})");
  EXPECT_EQ(NumbersJson({}), "{}");
  EXPECT_EQ(ObjectJson({{"a", "1"}, {"b", "[]"}}), R"({"a":1,"b":[]})");
}

}  // namespace
}  // namespace furnace::metering
