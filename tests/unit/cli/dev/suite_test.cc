#include "cli/dev/suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/dev/panel.h"
#include "libs/common/json/json.h"

namespace furnace::dev {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Suite ASuite() {
  Suite suite;
  suite.layout = {.binaries = "/opt/furnace",
                  .repository = {},
                  .data = "/data",
                  .logs = "/data/logs",
                  .python_path = "/sdk",
                  .image_roots = {"/images", "/more"},
                  .postgres_bin = "/pg"};
  suite.ports = FixedPorts(kDefaultPortBase);
  suite.ports.redis = 7001;
  suite.ports.postgres = 7002;
  suite.secrets = {.api_key = "fk_key",
                   .internal_token = "token",
                   .redis_password = "rp",
                   .postgres_password = "pp"};
  suite.gpus = std::string("rtx4000=2:20480:simulated");
  suite.base_environment = {"PATH=/bin"};
  return suite;
}

std::vector<std::string> EnvironmentOf(const std::string& name) {
  for (const Service& service : ControlPlane(ASuite())) {
    if (service.name == name) return service.command.environment;
  }
  return {};
}

TEST(BaseEnvironmentTest, StrayVariablesOfOursStayOutside) {
  const char* const environment[] = {"PATH=/bin", "FURNACE_LISTEN=evil:1",
                                     "FURNACE_LOG_LEVEL=debug", "HOME=/root", nullptr};
  EXPECT_THAT(BaseEnvironment(environment, "/data"),
              ElementsAre("PATH=/bin", "FURNACE_LOG_LEVEL=debug", "HOME=/root",
                          "FURNACE_DEV_FOLDER=/data"));
}

TEST(ControlPlaneTest, StartsWhatOthersNeedFirst) {
  std::vector<std::string> names;
  for (const Service& service : ControlPlane(ASuite())) names.push_back(service.name);
  EXPECT_THAT(names, ElementsAre("registry", "metering", "scheduler", "gateway"));
}

TEST(ControlPlaneTest, EachHasTheTokenAndListensOnLoopbackOnly) {
  for (const Service& service : ControlPlane(ASuite())) {
    const auto& environment = service.command.environment;
    EXPECT_THAT(environment, Contains("FURNACE_INTERNAL_TOKEN=token")) << service.name;
    EXPECT_THAT(environment, Contains("PATH=/bin")) << service.name;
    EXPECT_THAT(environment, Contains(StartsWith("FURNACE_LISTEN=127.0.0.1:"))) << service.name;
    EXPECT_THAT(environment, Contains(StartsWith("FURNACE_METRICS_LISTEN=127.0.0.1:")))
        << service.name;
  }
}

TEST(ControlPlaneTest, OnlyTheRegistryKnowsTheOperatorsKey) {
  EXPECT_THAT(EnvironmentOf("registry"), Contains("FURNACE_OPERATOR_KEY=fk_key"));
  for (const char* name : {"metering", "scheduler", "gateway"}) {
    EXPECT_THAT(EnvironmentOf(name), Not(Contains(HasSubstr("fk_key")))) << name;
  }
}

TEST(ControlPlaneTest, TheSchedulerRunsWorkersHere) {
  const auto environment = EnvironmentOf("scheduler");
  for (const char* expected :
       {"FURNACE_LISTEN=127.0.0.1:4211", "FURNACE_DRIVER=process",
        "FURNACE_PROCESS_GPUS=rtx4000=2:20480:simulated",
        "FURNACE_PROCESS_WORKER_BINARY=/opt/furnace/furnace-worker",
        "FURNACE_PROCESS_IMAGE_ROOTS=/images:/more", "FURNACE_PROCESS_STATE_DIR=/data/workers",
        "FURNACE_PROCESS_PYTHONPATH=/sdk", "FURNACE_PROCESS_SCHEDULER_ADDRESS=127.0.0.1:4211",
        "FURNACE_PROCESS_STOP_ON_EXIT=true", "FURNACE_REDIS_URL=redis://:rp@127.0.0.1:7001/0",
        "FURNACE_REGISTRY_ADDRESS=127.0.0.1:4212", "FURNACE_METERING_ADDRESS=127.0.0.1:4213"}) {
    EXPECT_THAT(environment, Contains(expected));
  }
}

TEST(ControlPlaneTest, TheGatewayKnowsEverybody) {
  const auto environment = EnvironmentOf("gateway");
  for (const char* expected :
       {"FURNACE_HTTP_LISTEN=127.0.0.1:4210", "FURNACE_LISTEN=127.0.0.1:4214",
        "FURNACE_METRICS_LISTEN=127.0.0.1:4215", "FURNACE_REGISTRY_ADDRESS=127.0.0.1:4212",
        "FURNACE_SCHEDULER_ADDRESS=127.0.0.1:4211", "FURNACE_METERING_ADDRESS=127.0.0.1:4213"}) {
    EXPECT_THAT(environment, Contains(expected));
  }
  EXPECT_THAT(environment, Not(Contains(StartsWith("FURNACE_POSTGRES_DSN="))));
}

TEST(PanelTest, ShowsAddressesKeyAndLogs) {
  const std::string panel = Panel(ASuite(), "2.1 s", false);
  for (const char* expected : {"http://127.0.0.1:4210", "127.0.0.1:4214", "fk_key", "/data/logs",
                               "furnace endpoint create", "after 2.1 s"}) {
    EXPECT_THAT(panel, HasSubstr(expected));
  }
  EXPECT_THAT(panel, Not(HasSubstr("\x1b")));
  EXPECT_THAT(panel, Not(HasSubstr("token")));
}

TEST(ReadyJsonTest, IsJsonWithThePidsByName) {
  const std::string text = ReadyJson(ASuite(), {{"redis", 11}, {"gateway", 12}});
  ASSERT_TRUE(json::Validate(text).ok()) << text;
  EXPECT_THAT(text, HasSubstr(R"("pids":{"redis":11,"gateway":12})"));
  EXPECT_THAT(text, HasSubstr(R"("url":"http://127.0.0.1:4210")"));
  EXPECT_THAT(text, HasSubstr(R"("api_key":"fk_key")"));
}

}  // namespace
}  // namespace furnace::dev
