#include "services/registry/domain/queue_policy.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace furnace::registry {
namespace {

TEST(NormaliseQueueTest, FillsInTheDefaults) {
  const auto policy = Normalise(QueueDraft());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->head_start_ms, 60'000);
  EXPECT_FALSE(policy->strict_priority);
  EXPECT_EQ(policy->ttl_seconds, 0);
  EXPECT_EQ(policy->max_concurrency, 0);
  EXPECT_EQ(policy->max_queued, 100'000);
  EXPECT_EQ(policy->idempotency_ttl_seconds, 86'400);
}

TEST(NormaliseQueueTest, KeepsWhatIsGiven) {
  const auto policy = Normalise(QueueDraft{.head_start_ms = 0,
                                           .strict_priority = true,
                                           .ttl_seconds = 1,
                                           .max_concurrency = 2,
                                           .max_queued = 3,
                                           .idempotency_ttl_seconds = 4});
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(*policy, (QueuePolicy{.head_start_ms = 0,
                                  .strict_priority = true,
                                  .ttl_seconds = 1,
                                  .max_concurrency = 2,
                                  .max_queued = 3,
                                  .idempotency_ttl_seconds = 4}));
}

struct QueueCase {
  const char* name;
  std::function<void(QueueDraft&)> edit;
  std::string error;  // Empty: accepted.
};

class QueueCaseTest : public testing::TestWithParam<QueueCase> {};

TEST_P(QueueCaseTest, AcceptsOrNamesTheFieldAndItsRange) {
  QueueDraft draft;
  GetParam().edit(draft);
  const absl::Status status = Normalise(draft).status();
  EXPECT_EQ(status, GetParam().error.empty() ? absl::OkStatus()
                                             : absl::InvalidArgumentError(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Table, QueueCaseTest,
    testing::ValuesIn<QueueCase>({
        {"HeadStartDay", [](auto& d) { d.head_start_ms = 86'400'000; }, ""},
        {"HeadStartLonger", [](auto& d) { d.head_start_ms = 86'400'001; },
         "spec.queue.head_start_ms: 86400001 is not from 0 to 86400000"},
        {"HeadStartNegative", [](auto& d) { d.head_start_ms = -1; },
         "spec.queue.head_start_ms: -1 is not from 0 to 86400000"},
        {"TtlMonth", [](auto& d) { d.ttl_seconds = 2'592'000; }, ""},
        {"TtlLonger", [](auto& d) { d.ttl_seconds = 2'592'001; },
         "spec.queue.ttl_seconds: 2592001 is not from 0 to 2592000"},
        {"TtlNegative", [](auto& d) { d.ttl_seconds = -1; },
         "spec.queue.ttl_seconds: -1 is not from 0 to 2592000"},
        {"ConcurrencyMost", [](auto& d) { d.max_concurrency = 100'000; }, ""},
        {"ConcurrencyMore", [](auto& d) { d.max_concurrency = 100'001; },
         "spec.queue.max_concurrency: 100001 is not from 0 to 100000"},
        {"ConcurrencyNegative", [](auto& d) { d.max_concurrency = -1; },
         "spec.queue.max_concurrency: -1 is not from 0 to 100000"},
        {"QueuedOne", [](auto& d) { d.max_queued = 1; }, ""},
        {"QueuedMost", [](auto& d) { d.max_queued = 1'000'000; }, ""},
        {"QueuedNone", [](auto& d) { d.max_queued = 0; },
         "spec.queue.max_queued: 0 is not from 1 to 1000000"},
        {"QueuedMore", [](auto& d) { d.max_queued = 1'000'001; },
         "spec.queue.max_queued: 1000001 is not from 1 to 1000000"},
        {"KeysOneSecond", [](auto& d) { d.idempotency_ttl_seconds = 1; }, ""},
        {"KeysMonth", [](auto& d) { d.idempotency_ttl_seconds = 2'592'000; }, ""},
        {"KeysNever", [](auto& d) { d.idempotency_ttl_seconds = 0; },
         "spec.queue.idempotency_ttl_seconds: 0 is not from 1 to 2592000"},
        {"KeysLonger", [](auto& d) { d.idempotency_ttl_seconds = 2'592'001; },
         "spec.queue.idempotency_ttl_seconds: 2592001 is not from 1 to 2592000"},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::registry
