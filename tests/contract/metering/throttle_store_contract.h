// What every ThrottleStore must do. Instantiated for the fake and for Postgres.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "services/metering/app/throttle_watch.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

/// `Backend` offers throttles(), a ThrottleStore. Each test has projects of its own.
template <typename Backend>
class ThrottleStoreContract : public testing::Test {
 protected:
  // What is known of a project; empty reason: nothing.
  Throttle Of(const std::string& project_id) {
    const auto list = backend_.throttles().List();
    EXPECT_TRUE(list.ok()) << list.status();
    for (const Throttle& throttle : *list) {
      if (throttle.project_id == project_id) return throttle;
    }
    return {};
  }

  Backend backend_;
};
TYPED_TEST_SUITE_P(ThrottleStoreContract);

TYPED_TEST_P(ThrottleStoreContract, AThrottleStaysUntilItIsCleared) {
  const std::string project = NewId();
  ThrottleStore& store = this->backend_.throttles();
  ASSERT_TRUE(store.Set({.project_id = project, .reason = "a", .env_scope = "e"}).ok());
  ASSERT_TRUE(store.Set({.project_id = project, .reason = "b", .env_scope = "e"}).ok());
  EXPECT_EQ(this->Of(project).reason, "b");
  EXPECT_EQ(this->Of(project).env_scope, "e");
  ASSERT_TRUE(store.Clear(NewId()).ok());
  EXPECT_EQ(this->Of(project).reason, "b");
  ASSERT_TRUE(store.Clear(project).ok());
  EXPECT_EQ(this->Of(project).reason, "");
}

REGISTER_TYPED_TEST_SUITE_P(ThrottleStoreContract, AThrottleStaysUntilItIsCleared);

}  // namespace furnace::metering
