#include "services/registry/app/endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/common/base/uuid.h"
#include "tests/support/registry_clock.h"
#include "tests/support/registry_stores.h"

namespace furnace::registry {
namespace {

constexpr char kOwn[] = "01890000-0000-7000-8000-000000000001";
constexpr char kOther[] = "01890000-0000-7000-8000-000000000002";

EndpointDraft Draft(const std::string& name) {
  EndpointDraft draft;
  draft.name = name;
  draft.image_uri = "ghcr.io/madfam-org/echo:1";
  return draft;
}

class EndpointsTest : public testing::Test {
 protected:
  EndpointsTest() {
    for (const auto& [id, name] : {std::pair(kOwn, "own"), std::pair(kOther, "other")}) {
      EXPECT_TRUE(projects_.Create({.id = id, .name = name, .created_at = clock_.Now()}).ok());
    }
  }

  FakeClock clock_;
  MemoryProjectStore projects_;
  MemoryEndpointStore store_{projects_};
  Endpoints endpoints_{store_, clock_};
};

TEST_F(EndpointsTest, CreateFillsInDefaultsAndStartsAtRevisionOne) {
  const auto endpoint = endpoints_.Create(kOwn, Draft("echo"));
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_TRUE(IsUuid(endpoint->id));
  EXPECT_EQ(endpoint->project_id, kOwn);
  EXPECT_EQ(endpoint->revision, 1);
  EXPECT_EQ(endpoint->spec.handler_path, "handler.py");
  EXPECT_EQ(endpoint->created_at, absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now())));
  EXPECT_EQ(endpoint->updated_at, endpoint->created_at);
  EXPECT_EQ(*endpoints_.Get(kOwn, endpoint->id), *endpoint);
}

TEST_F(EndpointsTest, CreateRefusesABadSpecAndATakenName) {
  EXPECT_TRUE(absl::IsInvalidArgument(endpoints_.Create(kOwn, Draft("")).status()));
  ASSERT_TRUE(endpoints_.Create(kOwn, Draft("echo")).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(endpoints_.Create(kOwn, Draft("echo")).status()));
  EXPECT_TRUE(endpoints_.Create(kOther, Draft("echo")).ok());
}

TEST_F(EndpointsTest, AProjectHasAtMostAThousandEndpoints) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(endpoints_.Create(kOwn, Draft("e" + std::to_string(i))).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(endpoints_.Create(kOwn, Draft("more")).status()));
}

TEST_F(EndpointsTest, UpdateReplacesTheWholeSpecAsANewRevision) {
  EndpointDraft draft = Draft("echo");
  draft.timeout_seconds = 60;
  const Endpoint created = *endpoints_.Create(kOwn, draft);
  clock_.Advance(absl::Seconds(1));
  const auto updated = endpoints_.Update(kOwn, created.id, Draft("echo"));
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->revision, 2);
  EXPECT_EQ(updated->spec.timeout_seconds, 300);
  EXPECT_EQ(updated->updated_at, created.updated_at + absl::Seconds(1));
}

TEST_F(EndpointsTest, UpdateWithWhatIsThereAlreadyIsNoRevision) {
  const Endpoint created = *endpoints_.Create(kOwn, Draft("echo"));
  clock_.Advance(absl::Seconds(1));
  EndpointDraft same = Draft("echo");
  same.gpu_types = {"RTX-4000"};
  EXPECT_EQ(*endpoints_.Update(kOwn, created.id, same), created);
}

TEST_F(EndpointsTest, UpdateCannotChangeTheName) {
  const Endpoint created = *endpoints_.Create(kOwn, Draft("echo"));
  EXPECT_EQ(endpoints_.Update(kOwn, created.id, Draft("other")).status(),
            absl::InvalidArgumentError("spec.name: cannot change from 'echo' to 'other'"));
}

TEST_F(EndpointsTest, APauseAndAResumeAreChangesWithoutARevision) {
  const Endpoint created = *endpoints_.Create(kOwn, Draft("echo"));
  std::int64_t cursor = endpoints_.ListChanges(0, 0)->next_cursor;
  for (const auto& [move, status] : {std::pair(&Endpoints::Pause, EndpointStatus::kPaused),
                                     std::pair(&Endpoints::Resume, EndpointStatus::kActive)}) {
    clock_.Advance(absl::Seconds(1));
    const auto moved = (endpoints_.*move)(kOwn, created.id);
    ASSERT_TRUE(moved.ok()) << moved.status();
    EXPECT_EQ(moved->status, status);
    EXPECT_EQ(moved->revision, 1);
    EXPECT_GT(moved->updated_at, created.updated_at);
    EXPECT_EQ(*endpoints_.Get(kOwn, created.id), *moved);
    const EndpointChanges changes = *endpoints_.ListChanges(cursor, 0);
    EXPECT_THAT(changes.endpoints, testing::ElementsAre(*moved));
    cursor = changes.next_cursor;
    // Once more is no change.
    clock_.Advance(absl::Seconds(1));
    EXPECT_EQ(*(endpoints_.*move)(kOwn, created.id), *moved);
    EXPECT_THAT(endpoints_.ListChanges(cursor, 0)->endpoints, testing::IsEmpty());
  }
}

TEST_F(EndpointsTest, APausedEndpointIsListedAndCanBeUpdatedAndDeleted) {
  const Endpoint created = *endpoints_.Create(kOwn, Draft("echo"));
  const Endpoint paused = *endpoints_.Pause(kOwn, created.id);
  EXPECT_THAT(endpoints_.List(kOwn, 0, "")->endpoints, testing::ElementsAre(paused));
  EXPECT_TRUE(absl::IsAlreadyExists(endpoints_.Create(kOwn, Draft("echo")).status()));
  EndpointDraft draft = Draft("echo");
  draft.timeout_seconds = 60;
  const auto updated = endpoints_.Update(kOwn, created.id, draft);
  EXPECT_EQ(updated->status, EndpointStatus::kPaused);
  EXPECT_EQ(updated->revision, 2);
  EXPECT_EQ(endpoints_.Delete(kOwn, created.id)->status, EndpointStatus::kDeleted);
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Resume(kOwn, created.id).status()));
}

TEST_F(EndpointsTest, DeleteHidesItFromItsProjectButNotFromTheSuite) {
  const Endpoint created = *endpoints_.Create(kOwn, Draft("echo"));
  const auto deleted = endpoints_.Delete(kOwn, created.id);
  EXPECT_EQ(deleted->status, EndpointStatus::kDeleted);
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Get(kOwn, created.id).status()));
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Update(kOwn, created.id, Draft("echo")).status()));
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Delete(kOwn, created.id).status()));
  EXPECT_EQ(*endpoints_.Find(created.id), *deleted);
}

TEST_F(EndpointsTest, AnotherProjectsEndpointIsNotFound) {
  const Endpoint created = *endpoints_.Create(kOwn, Draft("echo"));
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Get(kOther, created.id).status()));
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Update(kOther, created.id, Draft("echo")).status()));
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Delete(kOther, created.id).status()));
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Pause(kOther, created.id).status()));
  EXPECT_TRUE(absl::IsNotFound(endpoints_.Resume(kOther, created.id).status()));
}

TEST_F(EndpointsTest, WhatIsNoIdIsNotFound) {
  for (const std::string& id : {std::string(), std::string("x"), std::string(36, '-')}) {
    EXPECT_TRUE(absl::IsNotFound(endpoints_.Get(kOwn, id).status())) << id;
    EXPECT_TRUE(absl::IsNotFound(endpoints_.Update(kOwn, id, Draft("e")).status())) << id;
    EXPECT_TRUE(absl::IsNotFound(endpoints_.Delete(kOwn, id).status())) << id;
    EXPECT_TRUE(absl::IsNotFound(endpoints_.Pause(kOwn, id).status())) << id;
    EXPECT_TRUE(absl::IsNotFound(endpoints_.Resume(kOwn, id).status())) << id;
    EXPECT_TRUE(absl::IsNotFound(endpoints_.Find(id).status())) << id;
  }
}

TEST_F(EndpointsTest, ANameIsLookedUpOnlyIfItCanBeOne) {
  const std::string id = endpoints_.Create(kOwn, Draft("echo"))->id;
  EXPECT_EQ(*endpoints_.FindId(kOwn, "echo"), id);
  for (const auto& [project, name] : {std::pair(kOther, "echo"), std::pair("p", "echo"),
                                      std::pair(kOwn, ""), std::pair(kOwn, "ECHO")}) {
    EXPECT_TRUE(absl::IsNotFound(endpoints_.FindId(project, name).status())) << project << name;
  }
}

TEST_F(EndpointsTest, PagesTogetherHoldEveryEndpointOnce) {
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(endpoints_.Create(kOwn, Draft("e" + std::to_string(i))).ok());
  }
  std::vector<std::string> names;
  std::string token;
  int pages = 0;
  do {
    const auto page = endpoints_.List(kOwn, 3, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const Endpoint& endpoint : page->endpoints) names.push_back(endpoint.spec.name);
    token = page->next_page_token;
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(names, testing::ElementsAre("e0", "e1", "e2", "e3", "e4", "e5", "e6"));
}

TEST_F(EndpointsTest, APageThatIsJustFullIsTheLast) {
  ASSERT_TRUE(endpoints_.Create(kOwn, Draft("a")).ok());
  ASSERT_TRUE(endpoints_.Create(kOwn, Draft("b")).ok());
  EXPECT_EQ(endpoints_.List(kOwn, 2, "")->next_page_token, "");
}

TEST_F(EndpointsTest, ListRefusesBadSizesAndTokens) {
  EXPECT_TRUE(absl::IsInvalidArgument(endpoints_.List(kOwn, -1, "").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(endpoints_.List(kOwn, 1001, "").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(endpoints_.List(kOwn, 10, "junk").status()));
}

TEST_F(EndpointsTest, AnswersAreCutBeforeTheyOutgrowAMessage) {
  constexpr int kCount = 400;
  EndpointDraft draft = Draft("");
  draft.env["LARGE"] = std::string(32 * 1024 - 5, 'x');
  for (int i = 0; i < kCount; ++i) {
    draft.name = "e" + std::to_string(i);
    ASSERT_TRUE(endpoints_.Create(kOwn, draft).ok());
  }
  const EndpointPage page = *endpoints_.List(kOwn, 1000, "");
  EXPECT_LT(page.endpoints.size() * 32 * 1024, kMaxPageBytes);
  const EndpointPage next = *endpoints_.List(kOwn, 1000, page.next_page_token);
  EXPECT_EQ(page.endpoints.size() + next.endpoints.size(), static_cast<std::size_t>(kCount));

  const EndpointChanges changes = *endpoints_.ListChanges(0, 1000);
  EXPECT_LT(changes.endpoints.size() * 32 * 1024, kMaxPageBytes);
  const EndpointChanges more = *endpoints_.ListChanges(changes.next_cursor, 1000);
  EXPECT_EQ(changes.endpoints.size() + more.endpoints.size(), static_cast<std::size_t>(kCount));
}

TEST_F(EndpointsTest, TheChangeCursorStaysWhereNothingIsNew) {
  EXPECT_EQ(endpoints_.ListChanges(0, 0)->next_cursor, 0);
  ASSERT_TRUE(endpoints_.Create(kOwn, Draft("echo")).ok());
  const EndpointChanges changes = *endpoints_.ListChanges(0, 0);
  EXPECT_EQ(changes.endpoints.size(), 1u);
  EXPECT_GT(changes.next_cursor, 0);
  const EndpointChanges none = *endpoints_.ListChanges(changes.next_cursor, 0);
  EXPECT_THAT(none.endpoints, testing::IsEmpty());
  EXPECT_EQ(none.next_cursor, changes.next_cursor);
}

TEST_F(EndpointsTest, ListChangesRefusesBadCursorsAndLimits) {
  EXPECT_EQ(endpoints_.ListChanges(-1, 0).status(),
            absl::InvalidArgumentError("cursor: -1 is negative"));
  EXPECT_TRUE(absl::IsInvalidArgument(endpoints_.ListChanges(0, 1001).status()));
}

}  // namespace
}  // namespace furnace::registry
