#include "services/registry/domain/image_uri.h"

#include <gtest/gtest.h>

#include <string>

namespace furnace::registry {
namespace {

const std::string kHex(64, 'a');

struct ImageCase {
  const char* name;
  std::string uri;
  bool valid;
};

class ValidateImageUriTest : public testing::TestWithParam<ImageCase> {};

TEST_P(ValidateImageUriTest, FollowsTheGrammar) {
  const absl::Status status = ValidateImageUri(GetParam().uri);
  EXPECT_EQ(status.ok(), GetParam().valid) << GetParam().uri << ": " << status;
  if (!GetParam().valid) {
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_TRUE(std::string(status.message()).starts_with("spec.image_uri: ")) << status;
  }
}

INSTANTIATE_TEST_SUITE_P(References, ValidateImageUriTest,
                         testing::ValuesIn<ImageCase>({
                             {"Name", "ubuntu", true},
                             {"NameAndTag", "ubuntu:22.04", true},
                             {"TagMayHaveUpperCase", "ubuntu:Jammy_1.0-rc", true},
                             {"Path", "madfam-org/ceq/worker", true},
                             {"HostAndTag", "ghcr.io/madfam-org/ceq-worker:1.2", true},
                             {"HostAndPort", "localhost:5000/worker", true},
                             {"HostWithUpperCase", "REGISTRY/worker", true},
                             {"Digest", "ubuntu@sha256:" + kHex, true},
                             {"TagAndDigest", "ghcr.io/a/b:1@sha256:" + kHex, true},
                             {"Separators", "a.b/c_d/e__f/g---h", true},
                             {"LongestIs500", std::string(500, 'a'), true},
                             {"Empty", "", false},
                             {"Longer", std::string(501, 'a'), false},
                             {"UpperCaseName", "Ubuntu", false},
                             {"NoTagAfterColon", "ubuntu:", false},
                             {"TagWithLeadingDot", "ubuntu:.1", false},
                             {"TagOf129", "ubuntu:" + std::string(129, 'a'), false},
                             {"TwoTags", "ubuntu:1:2", false},
                             {"ShortDigest", "ubuntu@sha256:abc", false},
                             {"DigestNotHex", "ubuntu@sha256:" + std::string(64, 'g'), false},
                             {"DigestWithoutAlgorithm", "ubuntu@" + kHex, false},
                             {"TwoDigests", "ubuntu@sha256:" + kHex + "@sha256:" + kHex, false},
                             {"EmptyPathPart", "a//b", false},
                             {"LeadingSlash", "/a", false},
                             {"TrailingSlash", "a/", false},
                             {"TripleUnderscore", "a___b", false},
                             {"TwoDotsInARow", "a..b", false},
                             {"Climbs", "../a", false},
                             {"PortNotANumber", "localhost:x/worker", false},
                             {"PortTooLong", "localhost:123456/worker", false},
                             {"HostLabelWithDash", "-a.b/c", false},
                             {"Blank", "ubuntu latest", false},
                             {"OtherScheme", "https://example.com/a", false},
                             {"Nul", std::string("ubuntu\0", 7), false},
                             {"Newline", "ubuntu\n", false},
                         }),
                         [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(Folders, ValidateImageUriTest,
                         testing::ValuesIn<ImageCase>({
                             {"Absolute", "file:///srv/handlers/echo", true},
                             {"WithBlankAndDots", "file:///srv/my handlers/v1..2", true},
                             {"Root", "file:///", false},
                             {"NoPath", "file://", false},
                             {"Relative", "file://srv/echo", false},
                             {"Climbing", "file:///srv/../etc", false},
                             {"ClimbingAtTheEnd", "file:///srv/..", false},
                             {"WithNewline", "file:///srv/a\nb", false},
                             {"WithNul", std::string("file:///srv/\0a", 14), false},
                             {"OneSlash", "file:/srv", false},
                         }),
                         [](const auto& test) { return test.param.name; });

TEST(ValidateImageUriTest, MissingIsSaidSo) {
  EXPECT_EQ(ValidateImageUri("").message(), "spec.image_uri: required");
}

}  // namespace
}  // namespace furnace::registry
