#include "services/gateway/domain/output_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::gateway {
namespace {

using ::testing::StartsWith;

constexpr std::string_view kJob = "01890a5d-ac96-774b-bcce-b302099a8057";
constexpr std::string_view kProject = "01890a5d-ac96-774b-bcce-b302099a8058";
const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class OutputLinksTest : public ::testing::Test {
 protected:
  OutputLinksTest() : url_(links_.Make(kJob, kProject, kNow)) {
    signature_ = url_.substr(url_.find("signature=") + 10);
    link_ = {
        .job_id = kJob, .project_id = kProject, .expires = "1800003600", .signature = signature_};
  }

  const OutputLinks links_{{.secret = "secret", .public_url = "https://gpu.example"}};
  const std::string url_;
  std::string signature_;
  OutputLink link_;
};

TEST_F(OutputLinksTest, ALinkHoldsUntilItExpires) {
  EXPECT_THAT(url_, StartsWith("https://gpu.example/v1/jobs/" + std::string(kJob) +
                               "/output?project=" + std::string(kProject) +
                               "&expires=1800003600&signature="));
  EXPECT_EQ(signature_.size(), 64U);
  EXPECT_TRUE(links_.Admits(link_, kNow));
  EXPECT_TRUE(links_.Admits(link_, kNow + absl::Seconds(3599)));
  EXPECT_FALSE(links_.Admits(link_, kNow + absl::Hours(1)));
}

TEST_F(OutputLinksTest, NothingOfALinkCanBeChanged) {
  OutputLink other = link_;
  other.job_id = kProject;
  EXPECT_FALSE(links_.Admits(other, kNow));
  other = link_;
  other.project_id = kJob;
  EXPECT_FALSE(links_.Admits(other, kNow));
  other = link_;
  other.expires = "1800003601";
  EXPECT_FALSE(links_.Admits(other, kNow));
  for (const std::string& signature :
       {std::string(), std::string(64, '0'), signature_ + "0", signature_.substr(1)}) {
    other = link_;
    other.signature = signature;
    EXPECT_FALSE(links_.Admits(other, kNow)) << signature;
  }
}

TEST_F(OutputLinksTest, AnotherSecretMakesOtherLinks) {
  EXPECT_FALSE(OutputLinks({.secret = "other"}).Admits(link_, kNow));
}

TEST_F(OutputLinksTest, WithoutAPublicUrlALinkIsAPath) {
  EXPECT_THAT(OutputLinks({.secret = "s"}).Make("j", "p", kNow), StartsWith("/v1/jobs/j/output?"));
}

}  // namespace
}  // namespace furnace::gateway
