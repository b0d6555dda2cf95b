#include "services/gateway/wire/methods.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace furnace::gateway::wire {
namespace {

// The services of the public protos that have a method with required_role, read
// from the text: what is not linked in has no descriptor to be found by.
std::set<std::string> ServicesInProtos() {
  std::set<std::string> services;
  for (const auto& entry : std::filesystem::directory_iterator(FURNACE_PROTO_FOLDER)) {
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    const std::string proto = text.str();
    const auto service = proto.find("\nservice ");
    if (service == std::string::npos) continue;
    if (proto.find("option (required_role)") == std::string::npos) continue;
    const auto name = service + std::string("\nservice ").size();
    services.insert("furnace.v1." + proto.substr(name, proto.find(' ', name) - name));
  }
  return services;
}

TEST(PublicServicesTest, EveryServiceForClientsIsThere) {
  std::set<std::string> known;
  for (const Service& service : PublicServices()) known.insert(service.descriptor->full_name());
  EXPECT_EQ(known, ServicesInProtos());
}

TEST(PublicMethodsTest, KnowsRoleAndPace) {
  std::set<std::string> seen;
  for (const Method& method : PublicMethods()) {
    seen.insert(method.path);
    EXPECT_NE(method.needed, Role::kNone) << method.path;
    if (method.path == "/furnace.v1.JobService/Submit") {
      EXPECT_EQ(method.needed, Role::kRunner);
      EXPECT_EQ(method.pace, Pace::kPrompt);
    } else if (method.path == "/furnace.v1.JobService/RunSync") {
      EXPECT_EQ(method.pace, Pace::kWaits);
      EXPECT_EQ(LongestTimeout(method), absl::Seconds(310));
    } else if (method.path == "/furnace.v1.JobService/Watch") {
      EXPECT_EQ(method.pace, Pace::kStreaming);
    }
  }
  EXPECT_EQ(seen.count("/furnace.v1.ProjectService/CreateProject"), 1U);
  EXPECT_EQ(seen.count("/furnace.v1.WorkerService/Connect"), 0U);
}

}  // namespace
}  // namespace furnace::gateway::wire
