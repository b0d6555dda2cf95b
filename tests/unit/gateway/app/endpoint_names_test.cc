#include "services/gateway/app/endpoint_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace furnace::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kId[] = "01890000-0000-7000-8000-000000000001";
constexpr char kOtherId[] = "01890000-0000-7000-8000-000000000002";

// Answers `answer` and remembers what was asked.
class FakeDirectory final : public EndpointDirectory {
 public:
  void Resolve(const std::string& project_id, const std::string& name, Done done) override {
    asked.push_back(project_id + " " + name);
    if (!holds) return done(answer);
    held.push_back(std::move(done));
  }

  // Keeps `done` in `held` instead.
  bool holds = false;
  std::vector<Done> held;
  absl::StatusOr<std::string> answer = kId;
  std::vector<std::string> asked;
};

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1'800'000'000);
};

class EndpointNamesTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::string> Resolve(const std::string& endpoint,
                                      const std::string& project = "p") {
    absl::StatusOr<std::string> answer = absl::InternalError("not called");
    names_.Resolve(project, endpoint, [&](absl::StatusOr<std::string> id) { answer = id; });
    return answer;
  }

  FakeDirectory directory_;
  FakeClock clock_;
  EndpointNames names_{directory_, clock_};
};

TEST_F(EndpointNamesTest, AnIdIsItself) {
  EXPECT_EQ(*Resolve(kOtherId), kOtherId);
  EXPECT_THAT(directory_.asked, IsEmpty());
}

TEST_F(EndpointNamesTest, ANameIsAskedForOnceWhileItIsBelieved) {
  EXPECT_EQ(*Resolve("echo"), kId);
  clock_.now += EndpointNames::kKnownFor - absl::Nanoseconds(1);
  EXPECT_EQ(*Resolve("echo"), kId);
  EXPECT_THAT(directory_.asked, ElementsAre("p echo"));
  clock_.now += absl::Nanoseconds(1);
  directory_.answer = kOtherId;
  EXPECT_EQ(*Resolve("echo"), kOtherId);
}

TEST_F(EndpointNamesTest, ANameIsOneProjects) {
  EXPECT_EQ(*Resolve("echo", "p"), kId);
  directory_.answer = absl::NotFoundError("none");
  EXPECT_TRUE(absl::IsNotFound(Resolve("echo", "q").status()));
  EXPECT_THAT(directory_.asked, ElementsAre("p echo", "q echo"));
}

TEST_F(EndpointNamesTest, WhatCannotBeANameIsNotAskedFor) {
  for (const std::string& text : {std::string(), std::string("Echo"), std::string("1a"),
                                  std::string("a/b"), std::string("a_b"), std::string(64, 'a')}) {
    EXPECT_TRUE(absl::IsNotFound(Resolve(text).status())) << text;
  }
  EXPECT_THAT(directory_.asked, IsEmpty());
  EXPECT_TRUE(Resolve(std::string(63, 'a')).ok());
}

TEST_F(EndpointNamesTest, AForgottenNameIsAskedForAnew) {
  EXPECT_TRUE(Resolve("echo").ok());
  directory_.answer = kOtherId;
  names_.Forget("p", "echo");
  EXPECT_EQ(*Resolve("echo"), kOtherId);
}

TEST_F(EndpointNamesTest, ANameThatIsGoneIsNotRemembered) {
  EXPECT_TRUE(Resolve("echo").ok());
  clock_.now += EndpointNames::kKnownFor;
  directory_.answer = absl::NotFoundError("none");
  EXPECT_TRUE(absl::IsNotFound(Resolve("echo").status()));
  directory_.answer = absl::UnavailableError("away");
  EXPECT_TRUE(absl::IsUnavailable(Resolve("echo").status()));
}

TEST_F(EndpointNamesTest, AnOldAnswerServesFiveMinutesWhileTheRegistryIsAway) {
  EXPECT_TRUE(Resolve("echo").ok());
  directory_.answer = absl::DeadlineExceededError("slow");
  clock_.now += EndpointNames::kStaleFor - absl::Nanoseconds(1);
  EXPECT_EQ(*Resolve("echo"), kId);
  clock_.now += absl::Nanoseconds(1);
  EXPECT_TRUE(absl::IsUnavailable(Resolve("echo").status()));
}

TEST_F(EndpointNamesTest, WhileTheRegistryIsAwayItIsNotAskedForEachRequest) {
  EXPECT_TRUE(Resolve("echo").ok());
  directory_.answer = absl::UnavailableError("away");
  clock_.now += EndpointNames::kKnownFor;
  EXPECT_EQ(*Resolve("echo"), kId);
  clock_.now += EndpointNames::kRetryAfter - absl::Nanoseconds(1);
  EXPECT_EQ(*Resolve("echo"), kId);
  EXPECT_THAT(directory_.asked, ElementsAre("p echo", "p echo"));
  clock_.now += absl::Nanoseconds(1);
  directory_.answer = kOtherId;
  EXPECT_EQ(*Resolve("echo"), kOtherId);
}

TEST_F(EndpointNamesTest, ThoseWhoWantANameAtTheSameTimeShareOneQuestion) {
  directory_.holds = true;
  std::vector<std::string> answers;
  for (int i = 0; i < 3; ++i) {
    names_.Resolve("p", "echo", [&](absl::StatusOr<std::string> id) { answers.push_back(*id); });
  }
  EXPECT_THAT(directory_.asked, ElementsAre("p echo"));
  directory_.held.front()(kId);
  EXPECT_THAT(answers, ElementsAre(kId, kId, kId));
  clock_.now += EndpointNames::kKnownFor;
  EXPECT_THAT(Resolve("echo").status().message(), "not called");
  EXPECT_THAT(directory_.asked, ElementsAre("p echo", "p echo"));
}

}  // namespace
}  // namespace furnace::gateway
