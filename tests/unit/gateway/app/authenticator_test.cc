#include "services/gateway/app/authenticator.h"

#include <gtest/gtest.h>

#include <vector>

namespace furnace::gateway {
namespace {

// Answers when the test says so.
class ManualDirectory final : public KeyDirectory {
 public:
  void Resolve(const std::string& key_sha256, Done done) override {
    asked.push_back(key_sha256);
    waiting.push_back(std::move(done));
  }

  void Answer(absl::StatusOr<Caller> result) {
    Done done = std::move(waiting.front());
    waiting.erase(waiting.begin());
    done(std::move(result));
  }

  std::vector<std::string> asked;
  std::vector<Done> waiting;
};

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1'800'000'000);
};

const Caller caller_of_abc = {"p", "k", Role::kRunner};

class AuthenticatorTest : public ::testing::Test {
 protected:
  // The answers arrive in `answers_`.
  void Ask(const std::string& key) {
    authenticator_.Authenticate(
        key, [this](absl::StatusOr<CallerPtr> caller) { answers_.push_back(std::move(caller)); });
  }

  absl::StatusCode LastCode() const { return answers_.back().status().code(); }

  ManualDirectory directory_;
  FakeClock clock_;
  Authenticator authenticator_{directory_, clock_, KeyCachePolicy{}};
  std::vector<absl::StatusOr<CallerPtr>> answers_;
};

TEST_F(AuthenticatorTest, NoKeyAndImpossibleKeysAreRefusedUnasked) {
  Ask("");
  EXPECT_EQ(LastCode(), absl::StatusCode::kUnauthenticated);
  Ask(std::string(1000, 'x'));
  EXPECT_EQ(LastCode(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(directory_.asked.empty());
}

TEST_F(AuthenticatorTest, AKeyIsAskedForByItsHashAndThenRemembered) {
  Ask("abc");
  EXPECT_TRUE(answers_.empty());
  EXPECT_EQ(directory_.asked.front(),
            std::string("\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
                        "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
                        32));
  directory_.Answer(caller_of_abc);
  Ask("abc");
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ((*answers_[1])->project_id, "p");
  EXPECT_EQ(directory_.asked.size(), 1U);
}

TEST_F(AuthenticatorTest, ManyWaitersShareOneLookup) {
  for (int i = 0; i < 10; ++i) Ask("abc");
  EXPECT_EQ(directory_.asked.size(), 1U);
  directory_.Answer(caller_of_abc);
  EXPECT_EQ(answers_.size(), 10U);
}

TEST_F(AuthenticatorTest, AnUnknownKeyIsRefusedAndRemembered) {
  Ask("abc");
  directory_.Answer(absl::NotFoundError(""));
  EXPECT_EQ(LastCode(), absl::StatusCode::kUnauthenticated);
  Ask("abc");
  EXPECT_EQ(answers_.size(), 2U);
  clock_.now += absl::Seconds(5);
  Ask("abc");
  EXPECT_EQ(directory_.asked.size(), 2U);
}

TEST_F(AuthenticatorTest, ARevokedKeyStopsWithinHalfAMinute) {
  Ask("abc");
  directory_.Answer(caller_of_abc);
  clock_.now += absl::Seconds(30);
  Ask("abc");
  directory_.Answer(absl::NotFoundError(""));
  EXPECT_EQ(LastCode(), absl::StatusCode::kUnauthenticated);
}

TEST_F(AuthenticatorTest, AnAbsentRegistryIsBridgedForKeysSeenLately) {
  Ask("abc");
  directory_.Answer(caller_of_abc);
  clock_.now += absl::Minutes(4);
  Ask("abc");
  directory_.Answer(absl::UnavailableError(""));
  EXPECT_TRUE(answers_.back().ok());
  Ask("abc");  // Not asked again at once.
  EXPECT_EQ(directory_.asked.size(), 2U);
  clock_.now += absl::Minutes(2);
  Ask("abc");
  directory_.Answer(absl::DeadlineExceededError(""));
  EXPECT_EQ(LastCode(), absl::StatusCode::kUnavailable);
}

TEST_F(AuthenticatorTest, AnAbsentRegistryKnowsNoNewKeys) {
  Ask("abc");
  directory_.Answer(absl::UnavailableError(""));
  EXPECT_EQ(LastCode(), absl::StatusCode::kUnavailable);
}

TEST_F(AuthenticatorTest, LookupsAreLimited) {
  for (std::size_t i = 0; i <= Authenticator::kMaxLookups; ++i) Ask("k" + std::to_string(i));
  EXPECT_EQ(directory_.asked.size(), Authenticator::kMaxLookups);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(LastCode(), absl::StatusCode::kUnavailable);
}

TEST_F(AuthenticatorTest, ALookupMayOutliveIt) {
  auto authenticator = std::make_unique<Authenticator>(directory_, clock_, KeyCachePolicy{});
  authenticator->Authenticate(
      "abc", [this](absl::StatusOr<CallerPtr> caller) { answers_.push_back(std::move(caller)); });
  authenticator.reset();
  directory_.Answer(caller_of_abc);
  EXPECT_TRUE(answers_.back().ok());
}

TEST(AuthorizeTest, NamesTheRoleThatIsNeeded) {
  EXPECT_TRUE(Authorize(caller_of_abc, Role::kViewer).ok());
  const absl::Status refused = Authorize(caller_of_abc, Role::kAdmin);
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(refused.message(), "this needs role ADMIN; the API key has RUNNER");
}

}  // namespace
}  // namespace furnace::gateway
