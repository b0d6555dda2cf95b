// What every EndpointDirectory promises, tried on a fake and on the registry's client.
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "libs/common/rpc/completion.h"
#include "services/gateway/clients/registry_endpoints.h"
#include "tests/support/gateway_services.h"

namespace furnace::gateway::testing {
namespace {

// Knows the same endpoint as the played registry.
class MemoryEndpoints final : public EndpointDirectory {
 public:
  void Resolve(const std::string& project_id, const std::string& name, Done done) override {
    if (!reachable) return done(absl::UnavailableError("away"));
    if (project_id != "project-1" || name != "echo") return done(absl::NotFoundError("none"));
    done(std::string(kEchoId));
  }

  bool reachable = true;
};

struct MemoryBackend {
  EndpointDirectory& directory() { return endpoints; }
  void Disconnect() { endpoints.reachable = false; }

  MemoryEndpoints endpoints;
};

struct RegistryBackend {
  EndpointDirectory& directory() { return endpoints; }
  void Disconnect() {
    services.stage.Fail("ResolveEndpointName", {grpc::StatusCode::UNAVAILABLE, "away"});
  }

  FakeServices services;
  furnace::rpc::CompletionThreads completions{std::make_unique<grpc::CompletionQueue>(), 1};
  RegistryEndpoints endpoints{services.Connect(), completions, kToken};
};

template <typename Backend>
class EndpointDirectoryContract : public ::testing::Test {
 protected:
  absl::StatusOr<std::string> Resolve(const std::string& project_id, const std::string& name) {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<absl::StatusOr<std::string>> answer;
    backend_.directory().Resolve(project_id, name, [&](absl::StatusOr<std::string> id) {
      const std::lock_guard lock(mutex);
      answer = std::move(id);
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answer.has_value(); });
    return *answer;
  }

  Backend backend_;
};

using Backends = ::testing::Types<MemoryBackend, RegistryBackend>;
TYPED_TEST_SUITE(EndpointDirectoryContract, Backends);

TYPED_TEST(EndpointDirectoryContract, ANameOfTheProjectIsItsEndpoint) {
  EXPECT_EQ(*this->Resolve("project-1", "echo"), kEchoId);
}

TYPED_TEST(EndpointDirectoryContract, UnknownAndForeignNamesAreNotFound) {
  EXPECT_TRUE(absl::IsNotFound(this->Resolve("project-1", "other").status()));
  EXPECT_TRUE(absl::IsNotFound(this->Resolve("project-2", "echo").status()));
}

TYPED_TEST(EndpointDirectoryContract, WhenItCannotTellItSaysSo) {
  this->backend_.Disconnect();
  EXPECT_TRUE(absl::IsUnavailable(this->Resolve("project-1", "echo").status()));
}

}  // namespace
}  // namespace furnace::gateway::testing
