#include "cli/settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "tests/unit/cli/temporary_folder.h"

namespace furnace::cli {
namespace {

class ResolveGatewayTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name) << text;
  }

  absl::StatusOr<Gateway> Resolve(const Settings& settings) const {
    return ResolveGateway(
        settings,
        [this](const char* name) {
          const auto found = env_.find(name);
          return found == env_.end() ? nullptr : found->second.c_str();
        },
        folder_.path().string());
  }

  const TemporaryFolder folder_;
  std::map<std::string, std::string> env_;
};

TEST_F(ResolveGatewayTest, WithoutAnythingItIsTheDefaultPort) {
  const auto gateway = Resolve({});
  EXPECT_EQ(gateway->url, "http://127.0.0.1:4210");
  EXPECT_EQ(gateway->api_key, "");
}

TEST_F(ResolveGatewayTest, OptionsBeatEnvironmentBeatsDevFolder) {
  Write("url", "http://127.0.0.1:3\n");
  Write("api-key", "fk_file\n");
  EXPECT_EQ(Resolve({})->url, "http://127.0.0.1:3");
  EXPECT_EQ(Resolve({})->api_key, "fk_file");
  env_ = {{"FURNACE_URL", "http://127.0.0.1:2"}, {"FURNACE_API_KEY", "fk_env"}};
  EXPECT_EQ(Resolve({})->url, "http://127.0.0.1:2");
  EXPECT_EQ(Resolve({})->api_key, "fk_env");
  const Settings given = {.url = "http://127.0.0.1:1", .api_key = "fk_option"};
  EXPECT_EQ(Resolve(given)->url, "http://127.0.0.1:1");
  EXPECT_EQ(Resolve(given)->api_key, "fk_option");
}

TEST_F(ResolveGatewayTest, TheDevKeyIsNotSentToOtherMachines) {
  Write("api-key", "fk_file\n");
  EXPECT_EQ(Resolve({.url = "https://furnace.example.com"})->api_key, "");
  EXPECT_EQ(Resolve({.url = "http://127.0.0.1@evil.example"})->api_key, "");
  EXPECT_EQ(Resolve({.url = "http://localhost:9"})->api_key, "fk_file");
}

TEST_F(ResolveGatewayTest, SlashesAtTheEndGo) {
  EXPECT_EQ(Resolve({.url = "https://f.example/furnace//"})->url, "https://f.example/furnace");
}

TEST_F(ResolveGatewayTest, WhatIsNoHttpAddressIsRefused) {
  for (const char* url : {"ftp://x", "127.0.0.1:4210", "http://a b", "file:///etc/passwd"}) {
    EXPECT_FALSE(Resolve({.url = url}).ok()) << url;
  }
}

TEST_F(ResolveGatewayTest, AKeyCannotSmuggleAHeaderIn) {
  EXPECT_FALSE(Resolve({.api_key = "fk_x\r\nX-Evil: 1"}).ok());
}

TEST(IsLoopbackTest, KnowsTheNamesOfThisMachine) {
  EXPECT_TRUE(IsLoopback("http://127.0.0.1:1/x"));
  EXPECT_TRUE(IsLoopback("http://[::1]:1"));
  EXPECT_TRUE(IsLoopback("https://localhost"));
  EXPECT_FALSE(IsLoopback("http://localhost.example.com"));
  EXPECT_FALSE(IsLoopback("nonsense"));
}

}  // namespace
}  // namespace furnace::cli
