#include "services/scheduler/domain/time_zone.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::scheduler {
namespace {

TEST(FindTimeZoneTest, KnowsTheZonesOfTheTzDatabase) {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                           "Pacific/Apia", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) {
    EXPECT_TRUE(FindTimeZone(name).ok()) << name;
  }
}

TEST(FindTimeZoneTest, IsUtcWhenNothingElseIsSaid) {
  EXPECT_EQ(FindTimeZone("").value(), absl::UTCTimeZone());
  EXPECT_EQ(FindTimeZone("UTC").value(), absl::UTCTimeZone());
}

TEST(FindTimeZoneTest, RefusesWhatIsNoZone) {
  for (const char* name :
       {"Mars/Olympus", "europe/berlin ", "Europe", "Europe/", "+02:00", "localtime",
        "Fixed/UTC+02:00:00", "/etc/passwd", "../../../etc/passwd", "Europe/../UTC", "tzdata.zi",
        ":Europe/Berlin", "file:Europe/Berlin", "Europe/Berlin\n"}) {
    const auto zone = FindTimeZone(name);
    EXPECT_TRUE(absl::IsInvalidArgument(zone.status())) << name;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(FindTimeZone(std::string(10'000, 'a')).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FindTimeZone(std::string("UTC\0", 4)).status()));
}

}  // namespace
}  // namespace furnace::scheduler
