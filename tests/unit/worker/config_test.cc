#include "services/worker/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace furnace::worker {
namespace {

using ::testing::HasSubstr;

class WorkerConfigTest : public ::testing::Test {
 protected:
  absl::StatusOr<Config> Load() {
    return LoadConfig([this](const char* name) -> const char* {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }
  std::string Problem() { return std::string(Load().status().message()); }

  std::map<std::string, std::string> environment_ = {
      {"FURNACE_WORKER_ID", "worker-1"},
      {"FURNACE_ENDPOINT_ID", "00000000-0000-7000-8000-00000000e001"},
      {"FURNACE_SCHEDULER_ADDRESS", "127.0.0.1:4211"},
      {"FURNACE_WORKER_TOKEN", "fw_x"},
      {"FURNACE_HANDLER_DIR", "/srv"},
      {"FURNACE_HANDLER_PATH", "handler.py"},
      {"FURNACE_SPOOL_DIR", "/spool"},
  };
};

TEST_F(WorkerConfigTest, TheLeastIsEnough) {
  const auto config = Load();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->concurrency, 1);
  EXPECT_EQ(config->disconnect_limit, absl::Minutes(5));
  EXPECT_EQ(config->metrics_listen, "");
}

TEST_F(WorkerConfigTest, TheGraceOfACancelledJobIsBounded) {
  EXPECT_EQ(Load()->cancel_grace, absl::Seconds(5));
  environment_["FURNACE_CANCEL_GRACE"] = "0s";
  EXPECT_EQ(Load()->cancel_grace, absl::ZeroDuration());
  for (const char* bad : {"-1s", "301s", "inf", "5"}) {
    environment_["FURNACE_CANCEL_GRACE"] = bad;
    EXPECT_THAT(Problem(), HasSubstr("FURNACE_CANCEL_GRACE")) << bad;
  }
}

TEST_F(WorkerConfigTest, GpusAreLookedAtUnlessToldNotTo) {
  EXPECT_EQ(Load()->nvml_library, "libnvidia-ml.so.1");
  EXPECT_EQ(Load()->visible_gpus, "all");
  environment_["FURNACE_NVML_LIBRARY"] = "";
  environment_["CUDA_VISIBLE_DEVICES"] = "";
  EXPECT_EQ(Load()->nvml_library, "");
  EXPECT_EQ(Load()->visible_gpus, "");
}

TEST_F(WorkerConfigTest, EveryMissingVariableIsNamed) {
  environment_.clear();
  const std::string problem = Problem();
  EXPECT_THAT(problem, HasSubstr("FURNACE_WORKER_ID: required"));
  EXPECT_THAT(problem, HasSubstr("FURNACE_WORKER_TOKEN: required"));
  EXPECT_THAT(problem, HasSubstr("FURNACE_SPOOL_DIR: required"));
}

TEST_F(WorkerConfigTest, DerivedValuesAreRead) {
  environment_["FURNACE_HANDLER_ENV"] = R"({"MODEL":"a\"b","EMPTY":""})";
  environment_["FURNACE_WORKER_STARTED_US"] = "1000000";
  environment_["FURNACE_ENDPOINT_REVISION"] = "12";
  const auto config = Load();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->handler_env.at("MODEL"), "a\"b");
  EXPECT_EQ(config->handler_env.at("EMPTY"), "");
  EXPECT_EQ(config->started, absl::FromUnixSeconds(1));
  EXPECT_EQ(config->revision, 12);
}

struct BadCase {
  std::string name;
  std::string variable;
  std::string value;
};

class BadWorkerConfigTest : public WorkerConfigTest,
                            public ::testing::WithParamInterface<BadCase> {};

TEST_P(BadWorkerConfigTest, IsRefusedByName) {
  environment_[GetParam().variable] = GetParam().value;
  EXPECT_THAT(Problem(), HasSubstr(GetParam().variable));
}

INSTANTIATE_TEST_SUITE_P(Table, BadWorkerConfigTest,
                         ::testing::ValuesIn<BadCase>({
                             {"WorkerIdWithSlash", "FURNACE_WORKER_ID", "a/b"},
                             {"LongWorkerId", "FURNACE_WORKER_ID", std::string(64, 'a')},
                             {"EndpointIsNoUuid", "FURNACE_ENDPOINT_ID", "endpoint"},
                             {"HandlerOutside", "FURNACE_HANDLER_PATH", "../handler.py"},
                             {"HandlerDeepOutside", "FURNACE_HANDLER_PATH", "a/../../handler.py"},
                             {"AbsoluteHandler", "FURNACE_HANDLER_PATH", "/bin/sh"},
                             {"EnvironmentIsNoJson", "FURNACE_HANDLER_ENV", "A=1"},
                             {"EnvironmentIsNoObject", "FURNACE_HANDLER_ENV", "[]"},
                             {"EnvironmentOfNumbers", "FURNACE_HANDLER_ENV", R"({"A":1})"},
                             {"EnvironmentNameWithEquals", "FURNACE_HANDLER_ENV", R"({"A=B":"1"})"},
                             {"EnvironmentWithNul", "FURNACE_HANDLER_ENV", R"({"A":"a\u0000b"})"},
                             {"NegativeRevision", "FURNACE_ENDPOINT_REVISION", "-1"},
                             {"StartIsNoNumber", "FURNACE_WORKER_STARTED_US", "now"},
                             {"NoSlots", "FURNACE_WORKER_CONCURRENCY", "0"},
                             {"ShortDisconnectLimit", "FURNACE_DISCONNECT_LIMIT", "1ms"},
                         }),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::worker
