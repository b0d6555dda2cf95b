// What every KeyDirectory promises, tried on the fake that tests use and on the
// registry's client.
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "libs/common/rpc/completion.h"
#include "services/gateway/clients/registry_keys.h"
#include "tests/support/gateway_services.h"

namespace furnace::gateway::testing {
namespace {

// Knows the same keys as the played registry.
class MemoryKeys final : public KeyDirectory {
 public:
  void Resolve(const std::string& key_sha256, Done done) override {
    if (!reachable) return done(absl::UnavailableError("away"));
    const auto found = callers_.find(key_sha256);
    if (found == callers_.end()) return done(absl::NotFoundError("no such key"));
    done(found->second);
  }

  bool reachable = true;

 private:
  const std::map<std::string, Caller> callers_ = {
      {DigestOf(kRunnerKey), {"project-1", "key-1", Role::kRunner}}};
};

struct MemoryBackend {
  KeyDirectory& directory() { return keys; }
  void Disconnect() { keys.reachable = false; }

  MemoryKeys keys;
};

struct RegistryBackend {
  KeyDirectory& directory() { return keys; }
  void Disconnect() {
    services.stage.Fail("ResolveApiKey", {grpc::StatusCode::UNAVAILABLE, "away"});
  }

  FakeServices services;
  furnace::rpc::CompletionThreads completions{std::make_unique<grpc::CompletionQueue>(), 1};
  RegistryKeys keys{services.Connect(), completions, kToken};
};

template <typename Backend>
class KeyDirectoryContract : public ::testing::Test {
 protected:
  absl::StatusOr<Caller> Resolve(const std::string& digest) {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<absl::StatusOr<Caller>> answer;
    backend_.directory().Resolve(digest, [&](absl::StatusOr<Caller> caller) {
      const std::lock_guard lock(mutex);
      answer = std::move(caller);
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answer.has_value(); });
    return *answer;
  }

  Backend backend_;
};

using Backends = ::testing::Types<MemoryBackend, RegistryBackend>;
TYPED_TEST_SUITE(KeyDirectoryContract, Backends);

TYPED_TEST(KeyDirectoryContract, AKnownKeyIsItsCaller) {
  const auto caller = this->Resolve(DigestOf(kRunnerKey));
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->project_id, "project-1");
  EXPECT_EQ(caller->principal, "key-1");
  EXPECT_EQ(caller->role, Role::kRunner);
}

TYPED_TEST(KeyDirectoryContract, AnUnknownKeyIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(this->Resolve(DigestOf("fk_stolen")).status()));
}

TYPED_TEST(KeyDirectoryContract, WhatCannotBeToldIsNotNotFound) {
  this->backend_.Disconnect();
  EXPECT_TRUE(absl::IsUnavailable(this->Resolve(DigestOf(kRunnerKey)).status()));
}

}  // namespace
}  // namespace furnace::gateway::testing
