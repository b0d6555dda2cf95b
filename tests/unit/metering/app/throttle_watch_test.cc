#include "services/metering/app/throttle_watch.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/support/metering_memory_sinks.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

// Answers by account; UNAVAILABLE for those it does not know.
class Source final : public ThrottleSource {
 public:
  absl::StatusOr<std::optional<Throttle>> Ask(const std::string& account_id) override {
    const auto answer = answers.find(account_id);
    if (answer == answers.end()) return absl::UnavailableError("gone");
    return answer->second;
  }
  std::map<std::string, std::optional<Throttle>> answers;
};

class ThrottleWatchTest : public testing::Test {
 protected:
  ThrottleWatchTest() {
    for (const char* project : {"a", "b"}) {
      store_.Know({kWaybillSink, project, std::string("account-") + project});
    }
  }

  MemoryThrottleStore store_;
  Source source_;
  FixedClock clock_{kTenUs};
  ThrottleWatch watch_{false, store_, source_, clock_};
};

TEST_F(ThrottleWatchTest, KeepsTheListAsWaybillHasIt) {
  source_.answers = {{"account-a", Throttle{.reason = "budget_exceeded"}},
                     {"account-b", std::nullopt}};
  ASSERT_TRUE(watch_.Poll().ok());
  ASSERT_EQ(store_.List()->size(), 1);
  EXPECT_EQ(store_.List()->front().project_id, "a");
  source_.answers = {{"account-a", std::nullopt}, {"account-b", Throttle{.reason = "late"}}};
  ASSERT_TRUE(watch_.Poll().ok());
  ASSERT_EQ(store_.List()->size(), 1);
  EXPECT_EQ(store_.List()->front().project_id, "b");
}

TEST_F(ThrottleWatchTest, AnOutageChangesNothing) {
  source_.answers = {{"account-a", Throttle{.reason = "budget_exceeded"}},
                     {"account-b", std::nullopt}};
  ASSERT_TRUE(watch_.Poll().ok());
  source_.answers.clear();
  EXPECT_EQ(watch_.Poll().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_.List()->size(), 1);
}

}  // namespace
}  // namespace furnace::metering
