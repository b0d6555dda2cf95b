#include "libs/common/base/uuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "libs/common/base/mutex.h"

namespace furnace {
namespace {

// The clock of the tests lies ahead of every other id of the process, so that the
// first id of each carries exactly its time.
absl::Time NextHour() {
  static int hours = 0;
  return absl::FromUnixMillis(0x0fff'0000'0000) + absl::Hours(++hours);
}

std::int64_t MillisOf(const std::string& uuid) {
  return std::stoll(uuid.substr(0, 8) + uuid.substr(9, 4), nullptr, 16);
}

TEST(NewUuidTest, IsAVersion7UuidOfTheTimeGiven) {
  const absl::Time now = NextHour() + absl::Microseconds(999);
  const std::string uuid = NewUuid(now);
  ASSERT_TRUE(IsUuid(uuid)) << uuid;
  EXPECT_EQ(MillisOf(uuid), absl::ToUnixMillis(now));
  EXPECT_EQ(uuid[14], '7');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
}

TEST(NewUuidTest, RisesWithinAMillisecondAndPastItsSequence) {
  const absl::Time now = NextHour();
  std::string previous = NewUuid(now);
  for (int i = 0; i < 10'000; ++i) {  // The sequence holds 4,096.
    const std::string next = NewUuid(now);
    ASSERT_LT(previous, next);
    previous = next;
  }
}

TEST(NewUuidTest, RisesWhenTheClockGoesBack) {
  const absl::Time now = NextHour();
  const std::string before = NewUuid(now);
  EXPECT_LT(before, NewUuid(now - absl::Minutes(1)));
}

TEST(NewUuidTest, CarriesTheLastByteAsked) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string uuid = NewUuid(NextHour(), static_cast<std::uint8_t>(byte));
    ASSERT_TRUE(IsUuid(uuid));
    EXPECT_EQ(UuidLastByte(uuid), byte);
  }
}

TEST(NewUuidTest, NoTwoThreadsGetTheSame) {
  constexpr int kThreads = 8;
  constexpr int kEach = 5000;
  const absl::Time now = NextHour();
  Mutex mutex;
  std::set<std::string> all;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      std::vector<std::string> mine;
      for (int n = 0; n < kEach; ++n) mine.push_back(NewUuid(now, std::uint8_t{0}));
      EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
      MutexLock lock(mutex);
      all.insert(mine.begin(), mine.end());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kThreads * kEach));
}

TEST(NewUuidTest, TheRandomPartDiffers) {
  std::set<std::string> tails;
  for (int i = 0; i < 1000; ++i) tails.insert(NewUuid(NextHour()).substr(20));
  EXPECT_EQ(tails.size(), 1000u);
}

TEST(IsUuidTest, TakesCanonicalTextOnly) {
  EXPECT_TRUE(IsUuid("00000000-0000-0000-0000-000000000000"));
  EXPECT_TRUE(IsUuid("123e4567-e89b-42d3-a456-426614174000"));
  for (const char* bad :
       {"", "123e4567-e89b-42d3-a456-42661417400", "123e4567e89b42d3a456426614174000",
        "123E4567-e89b-42d3-a456-426614174000", "123e4567-e89b-42d3-a456_426614174000",
        "123e4567-e89b-42d3-a456-4266141740000", "{123e4567-e89b-42d3-a456-4266141740}",
        "g23e4567-e89b-42d3-a456-426614174000"}) {
    EXPECT_FALSE(IsUuid(bad)) << bad;
  }
}

TEST(UuidOfNameTest, IsThatOfTheStandard) {
  // RFC 9562, appendix A.4, and the empty name in the same space.
  constexpr char kDns[] = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  EXPECT_EQ(UuidOfName(kDns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(UuidOfName(kDns, ""), "4ebd0208-8328-5d69-8c44-ec50939c0967");
  EXPECT_NE(UuidOfName("6ba7b811-9dad-11d1-80b4-00c04fd430c8", "www.example.com"),
            UuidOfName(kDns, "www.example.com"));
}

TEST(UuidLastByteTest, ReadsBothDigits) {
  EXPECT_EQ(UuidLastByte("123e4567-e89b-42d3-a456-42661417400f"), 0x0f);
  EXPECT_EQ(UuidLastByte("123e4567-e89b-42d3-a456-4266141740a0"), 0xa0);
}

TEST(MakeUuidTest, IsTheSameForTheSameArguments) {
  const absl::Time time = absl::FromUnixMillis(1'800'000'000'123);
  const std::string uuid = MakeUuid(time, 0x0123'4567'89ab'cdef, 0x2a);
  ASSERT_TRUE(IsUuid(uuid)) << uuid;
  EXPECT_EQ(MakeUuid(time, 0x0123'4567'89ab'cdef, 0x2a), uuid);
  EXPECT_EQ(MillisOf(uuid), absl::ToUnixMillis(time));
  EXPECT_EQ(uuid[14], '7');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
  EXPECT_EQ(UuidLastByte(uuid), 0x2a);
  EXPECT_NE(MakeUuid(time, 0x1123'4567'89ab'cdef, 0x2a), uuid);
  EXPECT_NE(MakeUuid(time + absl::Milliseconds(1), 0x0123'4567'89ab'cdef, 0x2a), uuid);
}

}  // namespace
}  // namespace furnace
