#include "services/metering/sinks_config.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::metering {
namespace {

using Environment = std::map<std::string, std::string>;

SinksConfig Read(const Environment& variables, std::string* problems) {
  config::Env env([&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
  SinksConfig config = ReadSinksConfig(env);
  *problems = env.Finish().ToString();
  return config;
}

TEST(SinksConfigTest, EverySinkIsOffByDefault) {
  std::string problems;
  const SinksConfig config = Read({}, &problems);
  EXPECT_EQ(problems, "OK");
  EXPECT_EQ(config.waybill_url + config.lago_url + config.cloudevents_url + config.archive_folder +
                config.s3_url,
            "");
  EXPECT_FALSE(config.waybill_same_project_ids);
}

TEST(SinksConfigTest, UrlsLoseTheirSlashAndGpuTypesAreCanonical) {
  std::string problems;
  const SinksConfig config = Read({{"FURNACE_WAYBILL_URL", "http://waybill/"},
                                   {"FURNACE_SINK_GPU_MEMORY", "RTX_4000=20,h100=80"}},
                                  &problems);
  EXPECT_EQ(problems, "OK");
  EXPECT_EQ(config.waybill_url, "http://waybill");
  EXPECT_EQ(config.gpu_memory_gb, (std::map<std::string, int>{{"rtx4000", 20}, {"h100", 80}}));
}

TEST(SinksConfigTest, NamesEveryBadVariableButNoSecret) {
  std::string problems;
  Read({{"FURNACE_WAYBILL_URL", "waybill:80"},
        {"FURNACE_WAYBILL_API_KEY", "se\r\ncret"},
        {"FURNACE_WAYBILL_SAME_PROJECT_IDS", "maybe"},
        {"FURNACE_LAGO_URL", "https://lago"},
        {"FURNACE_CLOUDEVENTS_URL", "ftp://x"},
        {"FURNACE_CLOUDEVENTS_TOKEN", "se cret"},
        {"FURNACE_CLOUDEVENTS_SOURCE", ""},
        {"FURNACE_ARCHIVE_FILE_MB", "0"},
        {"FURNACE_ARCHIVE_S3_URL", "https://s3/bucket"},
        {"FURNACE_ARCHIVE_S3_REGION", "eu/west"},
        {"FURNACE_ARCHIVE_S3_PREFIX", "a b"},
        {"FURNACE_ARCHIVE_S3_SECRET_KEY", "se cret"},
        {"FURNACE_SINK_GPU_MEMORY", "rtx4000"}},
       &problems);
  for (const char* name :
       {"FURNACE_WAYBILL_URL", "FURNACE_WAYBILL_API_KEY", "FURNACE_WAYBILL_SAME_PROJECT_IDS",
        "FURNACE_LAGO_API_KEY", "FURNACE_CLOUDEVENTS_URL", "FURNACE_CLOUDEVENTS_TOKEN",
        "FURNACE_CLOUDEVENTS_SOURCE", "FURNACE_ARCHIVE_FILE_MB", "FURNACE_SINK_GPU_MEMORY",
        "FURNACE_ARCHIVE_S3_REGION", "FURNACE_ARCHIVE_S3_PREFIX", "FURNACE_ARCHIVE_S3_ACCESS_KEY",
        "FURNACE_ARCHIVE_S3_SECRET_KEY"}) {
    EXPECT_NE(problems.find(std::string(name) + ":"), std::string::npos) << name;
  }
  EXPECT_EQ(problems.find("cret"), std::string::npos);
}

}  // namespace
}  // namespace furnace::metering
