// What every EndpointStore must do.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "tests/contract/registry/samples.h"

namespace furnace::registry {

/// `Backend` offers projects() and endpoints() and starts each test empty.
template <typename Backend>
class EndpointStoreContract : public testing::Test {
 protected:
  static constexpr int kMany = 1000;

  EndpointStore& store() { return backend_.endpoints(); }

  Endpoint Stored(const std::string& project_id, const std::string& name) {
    Endpoint endpoint = SampleEndpoint(project_id, name);
    EXPECT_TRUE(store().Create(endpoint, kMany).ok());
    return endpoint;
  }

  absl::StatusOr<Endpoint> SetTimeout(const Endpoint& endpoint, int seconds) {
    return store().Update(endpoint.project_id, endpoint.id, [&](const Endpoint& current) {
      EndpointSpec spec = current.spec;
      spec.timeout_seconds = seconds;
      return Revise(current, spec, kSampleTime + absl::Seconds(seconds));
    });
  }

  absl::StatusOr<Endpoint> Delete(const Endpoint& endpoint) {
    return store().Update(endpoint.project_id, endpoint.id, [](const Endpoint& current) {
      return Retire(current, kSampleTime + absl::Hours(1));
    });
  }

  absl::StatusOr<Endpoint> Pause(const Endpoint& endpoint) {
    return store().Update(endpoint.project_id, endpoint.id, [](const Endpoint& current) {
      return registry::Pause(current, kSampleTime + absl::Minutes(1));
    });
  }

  std::vector<std::string> ListNames(const std::string& after, int limit) {
    const std::vector<Endpoint> endpoints = *store().List(project_, after, limit);
    std::vector<std::string> names;
    for (const Endpoint& endpoint : endpoints) names.push_back(endpoint.spec.name);
    return names;
  }

  std::int64_t LastCursor() {
    const std::vector<EndpointChange> changes = *store().ListChanges(0, kMany);
    return changes.empty() ? 0 : changes.back().cursor;
  }

 private:
  Backend backend_;

 protected:
  const std::string project_ = StoredProject(backend_.projects(), "team-a").id;
  const std::string other_ = StoredProject(backend_.projects(), "team-b").id;
};
TYPED_TEST_SUITE_P(EndpointStoreContract);

TYPED_TEST_P(EndpointStoreContract, GetAndFindReturnAllThatCreateStored) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  EXPECT_EQ(*this->store().Get(this->project_, endpoint.id), endpoint);
  EXPECT_EQ(*this->store().Find(endpoint.id), endpoint);
}

TYPED_TEST_P(EndpointStoreContract, AnEndpointWithoutEnvironmentRoundTrips) {
  Endpoint endpoint = SampleEndpoint(this->project_, "echo");
  endpoint.spec.env.clear();
  ASSERT_TRUE(this->store().Create(endpoint, 10).ok());
  EXPECT_EQ(*this->store().Find(endpoint.id), endpoint);
}

TYPED_TEST_P(EndpointStoreContract, AnUnknownForeignOrDeletedEndpointIsNotFound) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(this->project_, SampleId()).status()));
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(this->other_, endpoint.id).status()));
  EXPECT_TRUE(absl::IsNotFound(this->store().Find(SampleId()).status()));
  ASSERT_TRUE(this->Delete(endpoint).ok());
  EXPECT_TRUE(absl::IsNotFound(this->store().Get(this->project_, endpoint.id).status()));
}

TYPED_TEST_P(EndpointStoreContract, ANameLeadsToTheProjectsLiveEndpoint) {
  const Endpoint first = this->Stored(this->project_, "echo");
  EXPECT_EQ(*this->store().FindId(this->project_, "echo"), first.id);
  EXPECT_TRUE(absl::IsNotFound(this->store().FindId(this->other_, "echo").status()));
  EXPECT_TRUE(absl::IsNotFound(this->store().FindId(this->project_, "ech").status()));
  ASSERT_TRUE(this->Pause(first).ok());
  EXPECT_EQ(*this->store().FindId(this->project_, "echo"), first.id);
  ASSERT_TRUE(this->Delete(first).ok());
  EXPECT_TRUE(absl::IsNotFound(this->store().FindId(this->project_, "echo").status()));
  const Endpoint second = this->Stored(this->project_, "echo");
  EXPECT_EQ(*this->store().FindId(this->project_, "echo"), second.id);
}

TYPED_TEST_P(EndpointStoreContract, CreateForAnUnknownProjectIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(this->store().Create(SampleEndpoint(SampleId(), "echo"), 10)));
}

TYPED_TEST_P(EndpointStoreContract, ANameIsTakenByALiveEndpointOfTheProjectOnly) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  EXPECT_TRUE(
      absl::IsAlreadyExists(this->store().Create(SampleEndpoint(this->project_, "echo"), 10)));
  EXPECT_TRUE(this->store().Create(SampleEndpoint(this->other_, "echo"), 10).ok());
  ASSERT_TRUE(this->Delete(endpoint).ok());
  EXPECT_TRUE(this->store().Create(SampleEndpoint(this->project_, "echo"), 10).ok());
}

TYPED_TEST_P(EndpointStoreContract, LiveEndpointsOfAProjectAreLimited) {
  const Endpoint first = this->Stored(this->project_, "a");
  this->Stored(this->project_, "b");
  this->Stored(this->other_, "x");
  EXPECT_TRUE(
      absl::IsResourceExhausted(this->store().Create(SampleEndpoint(this->project_, "c"), 2)));
  ASSERT_TRUE(this->Delete(first).ok());
  EXPECT_TRUE(this->store().Create(SampleEndpoint(this->project_, "c"), 2).ok());
}

TYPED_TEST_P(EndpointStoreContract, TheLimitHoldsWhenManyCreateAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kLimit = 3;
  std::atomic<int> created = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const absl::Status status =
          this->store().Create(SampleEndpoint(this->project_, "e" + std::to_string(i)), kLimit);
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

TYPED_TEST_P(EndpointStoreContract, UpdateStoresWhatTheChangeMakes) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  const auto updated = this->SetTimeout(endpoint, 99);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->revision, 2);
  EXPECT_EQ(updated->spec.timeout_seconds, 99);
  EXPECT_EQ(*this->store().Find(endpoint.id), *updated);
}

TYPED_TEST_P(EndpointStoreContract, UpdateReplacesEveryFieldOfTheSpec) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  const auto updated =
      this->store().Update(this->project_, endpoint.id, [](const Endpoint& current) {
        return Revise(current,
                      {.name = current.spec.name,
                       .image_uri = "file:///srv/echo",
                       .handler_path = "main.js",
                       .env = {{"B", "2"}},
                       .gpu_types = {"h100"},
                       .gpu_count = 8,
                       .vram_min_mib = 1,
                       .timeout_seconds = 2,
                       .min_workers = 3,
                       .max_workers = 4,
                       .idle_timeout_seconds = 5,
                       .scaler_type = ScalerType::kQueueDelay,
                       .scaler_value = 6,
                       .max_retries = 7,
                       .retry = {.backoff_ms = 8,
                                 .max_backoff_ms = 9,
                                 .no_retry_on = {FailureCause::kHandlerError}},
                       .queue = {.head_start_ms = 10,
                                 .strict_priority = false,
                                 .ttl_seconds = 11,
                                 .max_concurrency = 12,
                                 .max_queued = 13,
                                 .idempotency_ttl_seconds = 14},
                       .init_timeout_seconds = 15,
                       .result_retention_seconds = 2678400},
                      kSampleTime + absl::Seconds(3));
      });
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(*this->store().Find(endpoint.id), *updated);
}

TYPED_TEST_P(EndpointStoreContract, ARefusedUpdateStoresNothing) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  const auto refused = this->store().Update(
      this->project_, endpoint.id,
      [](const Endpoint&) -> absl::StatusOr<Endpoint> { return absl::DataLossError("no"); });
  EXPECT_EQ(refused.status(), absl::DataLossError("no"));
  EXPECT_EQ(*this->store().Find(endpoint.id), endpoint);
  EXPECT_TRUE(this->SetTimeout(endpoint, 5).ok());
}

TYPED_TEST_P(EndpointStoreContract, UpdateOfAnUnknownForeignOrDeletedEndpointIsNotFound) {
  Endpoint endpoint = this->Stored(this->project_, "echo");
  Endpoint foreign = endpoint;
  foreign.project_id = this->other_;
  EXPECT_TRUE(absl::IsNotFound(this->SetTimeout(foreign, 9).status()));
  EXPECT_TRUE(absl::IsNotFound(this->SetTimeout(SampleEndpoint(this->project_, "x"), 9).status()));
  ASSERT_TRUE(this->Delete(endpoint).ok());
  EXPECT_TRUE(absl::IsNotFound(this->SetTimeout(endpoint, 9).status()));
  EXPECT_TRUE(absl::IsNotFound(this->Delete(endpoint).status()));
}

TYPED_TEST_P(EndpointStoreContract, UpdatesOfOneEndpointDoNotOverlap) {
  constexpr int kThreads = 4;
  constexpr int kUpdates = 10;
  Endpoint endpoint = SampleEndpoint(this->project_, "echo");
  endpoint.spec.timeout_seconds = 1;
  ASSERT_TRUE(this->store().Create(endpoint, 10).ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kUpdates; ++n) {
        const auto updated =
            this->store().Update(this->project_, endpoint.id, [](const Endpoint& current) {
              EndpointSpec spec = current.spec;
              ++spec.timeout_seconds;
              return Revise(current, spec, kSampleTime);
            });
        EXPECT_TRUE(updated.ok()) << updated.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto stored = this->store().Find(endpoint.id);
  EXPECT_EQ(stored->revision, 1 + kThreads * kUpdates);
  EXPECT_EQ(stored->spec.timeout_seconds, 1 + kThreads * kUpdates);
}

TYPED_TEST_P(EndpointStoreContract, ListIsByNameInPages) {
  for (const char* name : {"b", "a-z", "a", "a0", "c"}) this->Stored(this->project_, name);
  this->Stored(this->other_, "aa");
  ASSERT_TRUE(this->Delete(this->Stored(this->project_, "aaa")).ok());
  EXPECT_THAT(this->ListNames("", 10), testing::ElementsAre("a", "a-z", "a0", "b", "c"));
  EXPECT_THAT(this->ListNames("", 2), testing::ElementsAre("a", "a-z"));
  EXPECT_THAT(this->ListNames("a-z", 2), testing::ElementsAre("a0", "b"));
  EXPECT_THAT(this->ListNames("bb", 2), testing::ElementsAre("c"));
  EXPECT_THAT(this->ListNames("c", 2), testing::IsEmpty());
}

TYPED_TEST_P(EndpointStoreContract, APausedEndpointIsAChangeAndIsKeptInEveryField) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  const std::int64_t cursor = this->LastCursor();
  const auto paused = this->Pause(endpoint);
  ASSERT_TRUE(paused.ok()) << paused.status();
  EXPECT_EQ(paused->status, EndpointStatus::kPaused);
  EXPECT_EQ(paused->spec, endpoint.spec);
  EXPECT_EQ(*this->store().Find(endpoint.id), *paused);
  const auto changes = this->store().ListChanges(cursor, 10);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ(changes->at(0).endpoint, *paused);
  EXPECT_EQ(*this->Pause(endpoint), *paused);
  EXPECT_EQ(this->LastCursor(), changes->at(0).cursor);
}

TYPED_TEST_P(EndpointStoreContract, APausedEndpointIsLive) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  const Endpoint paused = *this->Pause(endpoint);
  EXPECT_EQ(*this->store().Get(this->project_, endpoint.id), paused);
  EXPECT_THAT(this->ListNames("", 10), testing::ElementsAre("echo"));
  EXPECT_TRUE(
      absl::IsAlreadyExists(this->store().Create(SampleEndpoint(this->project_, "echo"), 10)));
  EXPECT_TRUE(
      absl::IsResourceExhausted(this->store().Create(SampleEndpoint(this->project_, "a"), 1)));
  EXPECT_EQ(this->SetTimeout(endpoint, 9)->status, EndpointStatus::kPaused);
  EXPECT_EQ(this->Delete(endpoint)->status, EndpointStatus::kDeleted);
  EXPECT_TRUE(absl::IsNotFound(this->Pause(endpoint).status()));
  EXPECT_TRUE(this->store().Create(SampleEndpoint(this->project_, "echo"), 1).ok());
}

TYPED_TEST_P(EndpointStoreContract, FindReturnsADeletedEndpoint) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  const auto deleted = this->Delete(endpoint);
  EXPECT_EQ(deleted->status, EndpointStatus::kDeleted);
  EXPECT_EQ(*this->store().Find(endpoint.id), *deleted);
}

TYPED_TEST_P(EndpointStoreContract, ChangesHoldEachEndpointOnceInItsLatestState) {
  const Endpoint a = this->Stored(this->project_, "a");
  const Endpoint b = this->Stored(this->other_, "b");
  const Endpoint c = this->Stored(this->project_, "c");
  const Endpoint a2 = *this->SetTimeout(a, 9);
  const Endpoint b2 = *this->Delete(b);
  const auto changes = this->store().ListChanges(0, 10);
  ASSERT_EQ(changes->size(), 3u);
  EXPECT_EQ(changes->at(0).endpoint, c);
  EXPECT_EQ(changes->at(1).endpoint, a2);
  EXPECT_EQ(changes->at(2).endpoint, b2);
}

TYPED_TEST_P(EndpointStoreContract, ChangesAreReadOnFromTheLastCursor) {
  EXPECT_THAT(*this->store().ListChanges(0, 10), testing::IsEmpty());
  const Endpoint a = this->Stored(this->project_, "a");
  const Endpoint b = this->Stored(this->project_, "b");
  const auto first = this->store().ListChanges(0, 1);
  ASSERT_EQ(first->size(), 1u);
  EXPECT_GE(first->at(0).cursor, 1);
  EXPECT_EQ(first->at(0).endpoint, a);
  const auto second = this->store().ListChanges(first->at(0).cursor, 1);
  ASSERT_EQ(second->size(), 1u);
  EXPECT_EQ(second->at(0).endpoint, b);
  EXPECT_THAT(*this->store().ListChanges(second->at(0).cursor, 1), testing::IsEmpty());
}

TYPED_TEST_P(EndpointStoreContract, AnUpdateThatChangesNothingIsNoChange) {
  const Endpoint endpoint = this->Stored(this->project_, "echo");
  const std::int64_t cursor = this->LastCursor();
  EXPECT_EQ(*this->SetTimeout(endpoint, endpoint.spec.timeout_seconds), endpoint);
  EXPECT_THAT(*this->store().ListChanges(cursor, 10), testing::IsEmpty());
}

// Numbers taken early and committed late must not be skipped by a reader that has
// seen later ones.
TYPED_TEST_P(EndpointStoreContract, AReaderOfChangesMissesNothingWhileManyWrite) {
  constexpr int kWriters = 6;
  constexpr int kEndpoints = 25;
  std::atomic<int> writing = kWriters;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      for (int n = 0; n < kEndpoints; ++n) {
        const Endpoint endpoint =
            this->Stored(this->project_, "w" + std::to_string(i) + "-" + std::to_string(n));
        EXPECT_TRUE(this->SetTimeout(endpoint, 1000 + n).ok());
      }
      --writing;
    });
  }
  std::map<std::string, Endpoint> copy;
  std::int64_t cursor = 0;
  const auto read_on = [&] {
    for (;;) {
      const auto changes = this->store().ListChanges(cursor, 7);
      ASSERT_TRUE(changes.ok()) << changes.status();
      if (changes->empty()) return;
      for (const EndpointChange& change : *changes) {
        EXPECT_GT(change.cursor, cursor);
        cursor = change.cursor;
        copy[change.endpoint.id] = change.endpoint;
      }
    }
  };
  while (writing > 0) read_on();
  for (std::thread& writer : writers) writer.join();
  read_on();
  EXPECT_EQ(copy.size(), static_cast<std::size_t>(kWriters * kEndpoints));
  for (const auto& [id, endpoint] : copy) EXPECT_EQ(endpoint.revision, 2) << endpoint.spec.name;
}

REGISTER_TYPED_TEST_SUITE_P(
    EndpointStoreContract, GetAndFindReturnAllThatCreateStored,
    AnEndpointWithoutEnvironmentRoundTrips, AnUnknownForeignOrDeletedEndpointIsNotFound,
    ANameLeadsToTheProjectsLiveEndpoint, CreateForAnUnknownProjectIsNotFound,
    ANameIsTakenByALiveEndpointOfTheProjectOnly, LiveEndpointsOfAProjectAreLimited,
    TheLimitHoldsWhenManyCreateAtOnce, UpdateStoresWhatTheChangeMakes,
    UpdateReplacesEveryFieldOfTheSpec, ARefusedUpdateStoresNothing,
    UpdateOfAnUnknownForeignOrDeletedEndpointIsNotFound, UpdatesOfOneEndpointDoNotOverlap,
    ListIsByNameInPages, APausedEndpointIsAChangeAndIsKeptInEveryField, APausedEndpointIsLive,
    FindReturnsADeletedEndpoint, ChangesHoldEachEndpointOnceInItsLatestState,
    ChangesAreReadOnFromTheLastCursor, AnUpdateThatChangesNothingIsNoChange,
    AReaderOfChangesMissesNothingWhileManyWrite);

}  // namespace furnace::registry
