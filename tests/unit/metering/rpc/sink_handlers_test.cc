#include "services/metering/rpc/sink_handlers.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/metering_memory_sinks.h"
#include "tests/support/metering_records.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

class SinkHandlersTest : public testing::Test {
 protected:
  SinkHandlersTest() {
    EXPECT_TRUE(store_.Claim(kWaybillSink, "me", absl::Hours(1)).ok());
    operator_.role = v1::ROLE_OPERATOR;
  }

  // Events with keys k0, k1, ... that the sink does not take.
  void Poison(int count) {
    SinkProgress progress{.sink = kWaybillSink, .owner = "me"};
    for (int i = 0; i < count; ++i) {
      progress.poisoned.push_back({.key = "k" + std::to_string(i), .error = "answered 400"});
    }
    ASSERT_TRUE(store_.Commit(progress).ok());
  }

  MemorySinkStore store_;
  SinkDesk desk_{store_};
  FixedClock clock_{kTenUs};
  SinkHandlers handlers_{desk_, clock_};
  CallContext operator_;
};

TEST_F(SinkHandlersTest, NobodyButOperatorsGetsIn) {
  CallContext admin;
  admin.project_id = NewId();
  admin.role = v1::ROLE_ADMIN;
  const auto denied = absl::StatusCode::kPermissionDenied;
  EXPECT_EQ(handlers_.ListSinks(admin, {}).status().code(), denied);
  EXPECT_EQ(handlers_.ListPoisonedEvents(admin, {}).status().code(), denied);
  EXPECT_EQ(handlers_.RedrivePoisonedEvents(admin, {}).status().code(), denied);
  EXPECT_EQ(handlers_.SetSinkProject(admin, {}).status().code(), denied);
  EXPECT_EQ(handlers_.ListSinkProjects(admin, {}).status().code(), denied);
}

TEST_F(SinkHandlersTest, ASinkIsShownWithItsLagAndTroubles) {
  UsageRecord record = ARecord();
  record.start_us -= kHourUs;
  record.end_us -= kHourUs;
  store_.Append(DefaultBills({record}));
  const absl::Time later = absl::FromUnixMicros(kTenUs + 1);
  ASSERT_TRUE(store_.Fail(kWaybillSink, "me", "answered 503", later).ok());
  const auto response = handlers_.ListSinks(operator_, {});
  ASSERT_TRUE(response.ok() && response->sinks_size() == 1);
  const v1::Sink& sink = response->sinks(0);
  EXPECT_EQ(sink.name(), "waybill");
  EXPECT_EQ(sink.pending_records(), 1);
  EXPECT_EQ(sink.failures(), 1);
  EXPECT_EQ(sink.last_error(), "answered 503");
  EXPECT_EQ(sink.retry_at().nanos(), 1'000);
  EXPECT_FALSE(sink.has_delivered_at());
  EXPECT_EQ(sink.lag_seconds(), 0);  // The hour ends now.
}

TEST_F(SinkHandlersTest, PoisonedEventsComeInPages) {
  Poison(5);
  v1::ListPoisonedEventsRequest request;
  request.set_sink("waybill");
  request.set_page_size(2);
  std::set<std::string> keys;
  int pages = 0;
  do {
    const auto page = handlers_.ListPoisonedEvents(operator_, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::PoisonedEvent& event : page->events()) keys.insert(event.key());
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(keys.size(), 5);
}

TEST_F(SinkHandlersTest, BadPagesAreRefused) {
  const auto bad = absl::StatusCode::kInvalidArgument;
  for (const auto& [size, token] : std::vector<std::pair<int, std::string>>{
           {-1, ""}, {1'001, ""}, {1, "%"}, {1, std::string(600, 'a')}, {1, "AAAA"}}) {
    v1::ListPoisonedEventsRequest events;
    events.set_sink("waybill");
    events.set_page_size(size);
    events.set_page_token(token);
    EXPECT_EQ(handlers_.ListPoisonedEvents(operator_, events).status().code(), bad) << token;
    v1::ListSinkProjectsRequest projects;
    projects.set_sink("waybill");
    projects.set_page_size(size);
    projects.set_page_token(token);
    EXPECT_EQ(handlers_.ListSinkProjects(operator_, projects).status().code(), bad) << token;
  }
}

TEST_F(SinkHandlersTest, RedriveTakesKeysOrAll) {
  Poison(3);
  v1::RedrivePoisonedEventsRequest request;
  request.set_sink("waybill");
  const auto bad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(handlers_.RedrivePoisonedEvents(operator_, request).status().code(), bad);
  request.add_keys("k1");
  EXPECT_EQ(handlers_.RedrivePoisonedEvents(operator_, request)->redriven(), 1);
  request.set_all(true);
  EXPECT_EQ(handlers_.RedrivePoisonedEvents(operator_, request).status().code(), bad);
  request.clear_keys();
  EXPECT_EQ(handlers_.RedrivePoisonedEvents(operator_, request)->redriven(), 3);
  request.clear_all();
  request.add_keys(std::string(1, '\0'));
  EXPECT_EQ(handlers_.RedrivePoisonedEvents(operator_, request).status().code(), bad);
  request.clear_keys();
  for (int i = 0; i < 1'001; ++i) request.add_keys("k");
  EXPECT_EQ(handlers_.RedrivePoisonedEvents(operator_, request).status().code(), bad);
  request.clear_keys();
  request.set_all(true);
  request.set_sink("other");
  EXPECT_EQ(handlers_.RedrivePoisonedEvents(operator_, request).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SinkHandlersTest, ProjectsAreNamedAndListed) {
  v1::SetSinkProjectRequest request;
  request.set_sink("waybill");
  request.set_project_id(NewId());
  request.set_account_id(NewId());
  const auto set = handlers_.SetSinkProject(operator_, request);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->account_id(), request.account_id());
  v1::ListSinkProjectsRequest list;
  list.set_sink("waybill");
  const auto projects = handlers_.ListSinkProjects(operator_, list);
  ASSERT_TRUE(projects.ok() && projects->projects_size() == 1);
  EXPECT_EQ(projects->projects(0).project_id(), request.project_id());
  request.set_account_id("no uuid");
  EXPECT_EQ(handlers_.SetSinkProject(operator_, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace furnace::metering::rpc
