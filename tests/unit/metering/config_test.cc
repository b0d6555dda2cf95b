#include "services/metering/config.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace furnace::metering {
namespace {

using Environment = std::map<std::string, std::string>;

config::Env EnvOf(const Environment& variables) {
  return config::Env([&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(MeteringConfigTest, HasDefaultsForAllButSecretsAndAddresses) {
  const Environment variables = {{"FURNACE_INTERNAL_TOKEN", "t"}, {"FURNACE_POSTGRES_DSN", "d"}};
  config::Env env = EnvOf(variables);
  const Config config = ReadConfig(env);
  ASSERT_TRUE(env.Finish().ok()) << env.Finish();
  EXPECT_EQ(config.listen_address, "0.0.0.0:4213");
  EXPECT_EQ(config.metrics_address, "0.0.0.0:4215");
  EXPECT_EQ(config.postgres_connections, 16);
  EXPECT_EQ(config.drain_grace, absl::Seconds(20));
  EXPECT_EQ(config.invoices.issuer, "Furnace");
  EXPECT_EQ(config.invoices.grace, absl::Hours(48));
  EXPECT_EQ(config.invoices.poll, absl::Minutes(10));
}

TEST(MeteringConfigTest, NamesEveryBadVariable) {
  const Environment variables = {{"FURNACE_POSTGRES_CONNECTIONS", "0"},
                                 {"FURNACE_DRAIN_GRACE", "soon"},
                                 {"FURNACE_INVOICE_GRACE", "-1h"},
                                 {"FURNACE_INVOICE_POLL", "0s"}};
  config::Env env = EnvOf(variables);
  ReadConfig(env);
  const std::string problems = env.Finish().ToString();
  for (const char* name :
       {"FURNACE_INTERNAL_TOKEN", "FURNACE_POSTGRES_DSN", "FURNACE_POSTGRES_CONNECTIONS",
        "FURNACE_DRAIN_GRACE", "FURNACE_INVOICE_GRACE", "FURNACE_INVOICE_POLL"}) {
    EXPECT_NE(problems.find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace furnace::metering
