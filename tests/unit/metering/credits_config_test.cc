#include "services/metering/credits_config.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace furnace::metering {
namespace {

CreditsConfig Read(const std::map<std::string, std::string>& variables, std::string* problems) {
  config::Env env([&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
  CreditsConfig config = ReadCreditsConfig(env);
  *problems = env.Finish().ToString();
  return config;
}

TEST(CreditsConfigTest, TheStoredPoliciesDecideByDefault) {
  std::string problems;
  EXPECT_EQ(Read({}, &problems).opa_url, "");
  EXPECT_EQ(problems, "OK");
}

TEST(CreditsConfigTest, BadVariablesAreNamedAndNoSecretShown) {
  std::string problems;
  Read({{"FURNACE_OPA_URL", "opa:8181"},
        {"FURNACE_OPA_TOKEN", "se\r\ncret"},
        {"FURNACE_OPA_TIMEOUT", "1ms"}},
       &problems);
  for (const char* name : {"FURNACE_OPA_URL", "FURNACE_OPA_TOKEN", "FURNACE_OPA_TIMEOUT"}) {
    EXPECT_NE(problems.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(problems.find("cret"), std::string::npos);
}

}  // namespace
}  // namespace furnace::metering
