#include "services/metering/app/sink_desk.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_sinks.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

class SinkDeskTest : public testing::Test {
 protected:
  SinkDeskTest() {
    for (const char* sink : {kWaybillSink, kLagoSink}) {
      EXPECT_TRUE(store_.Claim(sink, "me", absl::Hours(1)).ok());
    }
  }

  MemorySinkStore store_;
  SinkDesk desk_{store_};
};

TEST_F(SinkDeskTest, SinksThatWereNeverOnAreNotFound) {
  const auto not_found = absl::StatusCode::kNotFound;
  EXPECT_EQ(desk_.ListPoisoned("other", "", 1).status().code(), not_found);
  EXPECT_EQ(desk_.Redrive("other", {}).status().code(), not_found);
  EXPECT_EQ(desk_.ListProjects("other", "", 1).status().code(), not_found);
  EXPECT_EQ(desk_.SetProject({"other", NewId(), NewId()}).code(), not_found);
  EXPECT_EQ(desk_.List()->size(), 2);
}

TEST_F(SinkDeskTest, ProjectsNeedNamesThatTheSinkUnderstands) {
  const auto bad = absl::StatusCode::kInvalidArgument;
  EXPECT_TRUE(desk_.SetProject({kWaybillSink, NewId(), NewId()}).ok());
  EXPECT_TRUE(desk_.SetProject({kLagoSink, NewId(), "sub 17"}).ok());
  EXPECT_EQ(desk_.SetProject({kLagoSink, "p", "sub 17"}).code(), bad);
  EXPECT_EQ(desk_.SetProject({kLagoSink, NewId(), ""}).code(), bad);
  EXPECT_EQ(desk_.SetProject({kLagoSink, NewId(), "\n"}).code(), bad);
  EXPECT_EQ(desk_.SetProject({kLagoSink, NewId(), std::string(129, 'x')}).code(), bad);
  EXPECT_EQ(desk_.SetProject({kWaybillSink, NewId(), "sub 17"}).code(), bad);
  EXPECT_EQ(
      desk_.SetProject({kWaybillSink, NewId(), "00000000-0000-0000-0000-000000000000"}).code(),
      bad);
}

TEST(LagSecondsTest, CountsFromTheEndOfTheHour) {
  const absl::Time now = absl::FromUnixMicros(kTenUs);
  EXPECT_EQ(LagSeconds({}, now), 0);
  EXPECT_EQ(LagSeconds({.oldest_hour_end = now + absl::Minutes(59)}, now), 0);
  EXPECT_EQ(LagSeconds({.oldest_hour_end = now - absl::Seconds(61)}, now), 61);
}

}  // namespace
}  // namespace furnace::metering
