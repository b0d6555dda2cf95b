#include "services/metering/app/subsidy_json.h"

#include <gtest/gtest.h>

namespace furnace::metering {
namespace {

Policy Named(const std::string& name, std::int64_t version) {
  Policy policy{.version = version};
  policy.award.policy = name;
  return policy;
}

TEST(InputJsonTest, TellsWhatIsKnownAndWhichPoliciesThereAre) {
  const Attributes attributes = {
      {"grant_active", true}, {"reputation", std::int64_t{50}}, {"tier", std::string("gold")}};
  EXPECT_EQ(InputJson("p", {1, 2}, attributes, std::vector<Policy>{Named("a", 3), Named("b", 4)}),
            R"({"project_id":"p","period":{"start_us":1,"end_us":2},)"
            R"("attributes":{"grant_active":true,"reputation":50,"tier":"gold"},)"
            R"("policies":[{"name":"a","version":3},{"name":"b","version":4}]})");
  EXPECT_EQ(
      InputJson("p", {1, 2}, {}, {}),
      R"({"project_id":"p","period":{"start_us":1,"end_us":2},"attributes":{},"policies":[]})");
}

TEST(AwardsJsonTest, ComesBackAsItWas) {
  const std::vector<Award> awards = {
      {.policy = "a"},
      {.policy = "b",
       .description = "who \"needs\" it",
       .scope = {.gpu_types = {"h100", "rtx4000"}, .kinds = {EntryKind::kGpuTime}},
       .percent_bp = 2'500,
       .max_gpu_seconds = 360'000,
       .max_nanos = 7}};
  const auto parsed = ParseAwards(AwardsJson(awards));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, awards);
  EXPECT_EQ(AwardsJson({}), R"({"awards":[]})");
}

TEST(ParseAwardsTest, WhatIsNotExactlyThatIsRefused) {
  const std::string good = R"("policy":"a","percent_bp":1)";
  ASSERT_TRUE(ParseAwards("{\"awards\":[{" + good + "}]}").ok());
  std::string many = "{\"awards\":[{" + good + "}";
  for (int i = 0; i < 100; ++i) many += ",{" + good + "}";
  for (const std::string& text : {
           std::string(),
           std::string("null"),
           std::string("true"),
           std::string("[]"),
           std::string("{}"),
           std::string(R"({"awards":null})"),
           std::string(R"({"awards":[1]})"),
           std::string(R"({"awards":[],"more":1})"),
           std::string(R"({"awards":[{}]})"),
           std::string(R"({"awards":[{"policy":"a"}]})"),
           std::string(R"({"awards":[{"percent_bp":1}]})"),
           std::string(R"({"awards":[{"policy":"A b","percent_bp":1}]})"),
           std::string(R"({"awards":[{"policy":"a","percent_bp":0}]})"),
           std::string(R"({"awards":[{"policy":"a","percent_bp":10001}]})"),
           std::string(R"({"awards":[{"policy":"a","percent_bp":4294967297}]})"),
           std::string(R"({"awards":[{"policy":"a","percent_bp":1.5}]})"),
           std::string(R"({"awards":[{"policy":"a","percent_bp":"1"}]})"),
           std::string(R"({"awards":[{"policy":"a","percent_bp":NaN}]})"),
           "{\"awards\":[{" + good + R"(,"other":1}]})",
           "{\"awards\":[{" + good + R"(,"policy":"b"}]})",
           "{\"awards\":[{" + good + R"(,"kinds":["credit"]}]})",
           "{\"awards\":[{" + good + R"(,"kinds":["x"]}]})",
           "{\"awards\":[{" + good + R"(,"gpu_types":"a"}]})",
           "{\"awards\":[{" + good + R"(,"max_nanos":-1}]})",
           "{\"awards\":[{" + good + R"(,"max_gpu_seconds":1e3}]})",
           many + "]}",
       }) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseAwards(text).status())) << text;
  }
}

}  // namespace
}  // namespace furnace::metering
