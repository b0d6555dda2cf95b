// What every ApiKeyStore must do.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/contract/registry/samples.h"

namespace furnace::registry {

/// `Backend` offers projects() and keys() and starts each test empty.
template <typename Backend>
class ApiKeyStoreContract : public testing::Test {
 protected:
  ApiKeyStore& store() { return backend_.keys(); }

  absl::Status Create(const ApiKey& key, int hash_seed, int max_live = 100) {
    return store().Create(key, SampleHash(hash_seed), max_live);
  }

  std::vector<std::string> ListIds(int limit) {
    const std::vector<ApiKey> keys = *store().List(project_, limit);
    std::vector<std::string> ids;
    for (const ApiKey& key : keys) ids.push_back(key.id);
    return ids;
  }

 private:
  Backend backend_;

 protected:
  const std::string project_ = StoredProject(backend_.projects(), "team-a").id;
  const std::string other_ = StoredProject(backend_.projects(), "team-b").id;
};
TYPED_TEST_SUITE_P(ApiKeyStoreContract);

inline void ExpectSame(const ApiKey& a, const ApiKey& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.project_id, b.project_id);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.prefix, b.prefix);
  EXPECT_EQ(a.role, b.role);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.revoked_at, b.revoked_at);
}

TYPED_TEST_P(ApiKeyStoreContract, ResolveFindsALiveKeyByItsHash) {
  const ApiKey key = SampleKey(this->project_);
  ASSERT_TRUE(this->Create(key, 1).ok());
  ASSERT_TRUE(this->Create(SampleKey(this->other_), 2).ok());
  ExpectSame(*this->store().Resolve(SampleHash(1)), key);
  EXPECT_TRUE(absl::IsNotFound(this->store().Resolve(SampleHash(3)).status()));
}

TYPED_TEST_P(ApiKeyStoreContract, CreateForAnUnknownProjectIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(this->Create(SampleKey(SampleId()), 1)));
}

TYPED_TEST_P(ApiKeyStoreContract, LiveKeysOfAProjectAreLimited) {
  const ApiKey first = SampleKey(this->project_);
  ASSERT_TRUE(this->Create(first, 1, 2).ok());
  ASSERT_TRUE(this->Create(SampleKey(this->project_), 2, 2).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(this->Create(SampleKey(this->project_), 3, 2)));
  EXPECT_TRUE(this->Create(SampleKey(this->other_), 4, 2).ok());
  ASSERT_TRUE(this->store().Revoke(this->project_, first.id, kSampleTime).ok());
  EXPECT_TRUE(this->Create(SampleKey(this->project_), 5, 2).ok());
}

TYPED_TEST_P(ApiKeyStoreContract, TheLimitHoldsWhenManyCreateAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kLimit = 3;
  std::atomic<int> created = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const absl::Status status = this->Create(SampleKey(this->project_), i, kLimit);
      if (status.ok()) {
        ++created;
      } else {
        EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, kLimit);
}

TYPED_TEST_P(ApiKeyStoreContract, ARevokedKeyStaysListedAndNoLongerResolves) {
  const ApiKey key = SampleKey(this->project_);
  ASSERT_TRUE(this->Create(key, 1).ok());
  ApiKey revoked = key;
  revoked.revoked_at = kSampleTime + absl::Microseconds(7);
  ExpectSame(*this->store().Revoke(this->project_, key.id, *revoked.revoked_at), revoked);
  EXPECT_TRUE(absl::IsNotFound(this->store().Resolve(SampleHash(1)).status()));
  ExpectSame(this->store().List(this->project_, 10)->at(0), revoked);
}

TYPED_TEST_P(ApiKeyStoreContract, RevokingAgainKeepsTheFirstTime) {
  const ApiKey key = SampleKey(this->project_);
  ASSERT_TRUE(this->Create(key, 1).ok());
  ASSERT_TRUE(this->store().Revoke(this->project_, key.id, kSampleTime).ok());
  const auto again = this->store().Revoke(this->project_, key.id, kSampleTime + absl::Hours(1));
  EXPECT_EQ(again->revoked_at, kSampleTime);
}

TYPED_TEST_P(ApiKeyStoreContract, RevokingAnUnknownOrForeignKeyIsNotFound) {
  const ApiKey key = SampleKey(this->project_);
  ASSERT_TRUE(this->Create(key, 1).ok());
  EXPECT_TRUE(absl::IsNotFound(this->store().Revoke(this->other_, key.id, kSampleTime).status()));
  EXPECT_TRUE(
      absl::IsNotFound(this->store().Revoke(this->project_, SampleId(), kSampleTime).status()));
  EXPECT_TRUE(this->store().Resolve(SampleHash(1)).ok());
}

TYPED_TEST_P(ApiKeyStoreContract, ListIsNewestFirstAndOfOneProject) {
  const ApiKey old = SampleKey(this->project_, 2);
  const ApiKey oldest = SampleKey(this->project_, 3);
  const ApiKey newest = SampleKey(this->project_, 1);
  ASSERT_TRUE(this->Create(old, 1).ok());
  ASSERT_TRUE(this->Create(oldest, 2).ok());
  ASSERT_TRUE(this->Create(newest, 3).ok());
  ASSERT_TRUE(this->Create(SampleKey(this->other_), 4).ok());
  EXPECT_THAT(this->ListIds(10), testing::ElementsAre(newest.id, old.id, oldest.id));
}

TYPED_TEST_P(ApiKeyStoreContract, AShortListDropsTheOldestRevokedKeysFirst) {
  const ApiKey live_and_oldest = SampleKey(this->project_, 3);
  const ApiKey revoked_old = SampleKey(this->project_, 2);
  const ApiKey revoked_new = SampleKey(this->project_, 1);
  ASSERT_TRUE(this->Create(live_and_oldest, 1).ok());
  ASSERT_TRUE(this->Create(revoked_old, 2).ok());
  ASSERT_TRUE(this->Create(revoked_new, 3).ok());
  ASSERT_TRUE(this->store().Revoke(this->project_, revoked_old.id, kSampleTime).ok());
  ASSERT_TRUE(this->store().Revoke(this->project_, revoked_new.id, kSampleTime).ok());
  EXPECT_THAT(this->ListIds(2), testing::ElementsAre(revoked_new.id, live_and_oldest.id));
}

TYPED_TEST_P(ApiKeyStoreContract, ListOfAnUnknownProjectIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(this->store().List(SampleId(), 10).status()));
}

TYPED_TEST_P(ApiKeyStoreContract, PutOperatorIsIdempotentAndRevives) {
  ApiKey key = SampleKey(this->project_);
  key.role = Role::kOperator;
  ASSERT_TRUE(this->store().PutOperator(key, SampleHash(1)).ok());
  ASSERT_TRUE(this->store().Revoke(this->project_, key.id, kSampleTime).ok());
  ApiKey again = SampleKey(this->project_);
  again.role = Role::kOperator;
  ASSERT_TRUE(this->store().PutOperator(again, SampleHash(1)).ok());
  ExpectSame(*this->store().Resolve(SampleHash(1)), key);
  EXPECT_EQ(this->store().List(this->project_, 10)->size(), 1u);
}

TYPED_TEST_P(ApiKeyStoreContract, PutOperatorRevokesOtherOperatorKeysOnly) {
  ApiKey key = SampleKey(this->project_);
  key.role = Role::kOperator;
  ASSERT_TRUE(this->Create(SampleKey(this->project_), 1).ok());
  ASSERT_TRUE(this->store().PutOperator(key, SampleHash(2)).ok());
  key.id = SampleId();
  ASSERT_TRUE(this->store().PutOperator(key, SampleHash(3)).ok());
  EXPECT_TRUE(this->store().Resolve(SampleHash(1)).ok());
  EXPECT_TRUE(absl::IsNotFound(this->store().Resolve(SampleHash(2)).status()));
  EXPECT_EQ(this->store().Resolve(SampleHash(3))->role, Role::kOperator);
}

REGISTER_TYPED_TEST_SUITE_P(ApiKeyStoreContract, ResolveFindsALiveKeyByItsHash,
                            CreateForAnUnknownProjectIsNotFound, LiveKeysOfAProjectAreLimited,
                            TheLimitHoldsWhenManyCreateAtOnce,
                            ARevokedKeyStaysListedAndNoLongerResolves,
                            RevokingAgainKeepsTheFirstTime, RevokingAnUnknownOrForeignKeyIsNotFound,
                            ListIsNewestFirstAndOfOneProject,
                            AShortListDropsTheOldestRevokedKeysFirst,
                            ListOfAnUnknownProjectIsNotFound, PutOperatorIsIdempotentAndRevives,
                            PutOperatorRevokesOtherOperatorKeysOnly);

}  // namespace furnace::registry
