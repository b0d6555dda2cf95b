#include "libs/common/base/webhook_url.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace {
namespace {

TEST(CheckWebhookUrlTest, TakesPlainHttpUrlsOnly) {
  for (const char* url :
       {"http://a", "https://example.com/hooks?x=1&y=%20", "http://[::1]:80/", "http://[::1]",
        "http://127.0.0.1:8080", "https://a.b/c@d", "https://a:443", "http://a:1024/",
        "http://a:65535?x=:1", "http://a/:22"}) {
    EXPECT_TRUE(CheckWebhookUrl(url).ok()) << url;
  }
  const std::string long_url = "http://a/" + std::string(2048, 'x');
  for (const std::string& url :
       {std::string(""), std::string("a"), std::string("ftp://a"),
        std::string("file:///etc/passwd"), std::string("gopher://a"), std::string("HTTP://a"),
        std::string("http://"), std::string("http:///x"), std::string("http://:80"),
        std::string("http://u:p@a/"), std::string("http://u@a"), std::string("http://a b"),
        std::string("http://a\nb"), std::string("http://a\\@b"), std::string("http://a/\x80"),
        std::string("http://a#f"), std::string("http://a#@b"), std::string("http://a\0b", 10),
        long_url}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckWebhookUrl(url))) << url;
  }
}

TEST(CheckWebhookUrlTest, TakesNoPortOfOtherServices) {
  for (const char* url : {"http://a:22", "http://a:25/", "http://a:0", "http://a:", "http://a:x",
                          "http://a:-80", "http://a:65536", "http://a:1023", "http://a:4294967376",
                          "http://[::1]:25", "http://a:+80", "http://a:80:22"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckWebhookUrl(url))) << url;
  }
}

}  // namespace
}  // namespace furnace
