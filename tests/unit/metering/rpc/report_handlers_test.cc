#include "services/metering/rpc/report_handlers.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/support/metering_memory_reports.h"
#include "tests/support/metering_records.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

class ReportHandlersTest : public testing::Test {
 protected:
  ReportHandlersTest() { call_.project_id = NewId(); }

  void Record(std::int64_t length_us, const std::string& worker = "w") {
    UsageRecord record = ARecord();
    record.project_id = call_.project_id;
    record.endpoint_id = endpoint_;
    record.worker_id = worker;
    record.end_us = record.start_us + length_us;
    record.tags = {{"team", worker}};
    ASSERT_TRUE(usage_.Record(DefaultBills({record}), kTenUs).ok());
  }

  MemoryUsageStore usage_;
  MemoryReportStore reports_{usage_};
  MemoryPriceStore prices_;
  FixedClock clock_{kTenUs + kMinuteUs};
  CostReporter reporter_{reports_, usage_, prices_, clock_};
  ReportHandlers handlers_{reporter_};
  CallContext call_;
  const std::string endpoint_ = NewId();
};

TEST_F(ReportHandlersTest, ARowHasTheExactCostAndItsShares) {
  Record(1);
  Record(1);
  Record(2);
  v1::GetCostReportRequest request;
  for (const auto group : {v1::COST_GROUP_DAY, v1::COST_GROUP_KIND, v1::COST_GROUP_ENDPOINT}) {
    request.add_group_by(group);
  }
  request.set_count_jobs(true);
  const auto response = handlers_.GetCostReport(call_, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->rows_size(), 1);
  const v1::CostRow& row = response->rows(0);
  EXPECT_EQ(row.time().seconds(), (kTenUs - 10 * kHourUs) / 1'000'000);
  EXPECT_EQ(row.endpoint_id(), endpoint_);
  EXPECT_EQ(row.kind(), v1::COST_KIND_ATTEMPT);
  // 4 us at 0.06 nano-dollars each, and three invocations.
  EXPECT_EQ(row.cost_atto(), "300000240000000");
  EXPECT_EQ(row.cost_nanos(), 300'000);
  EXPECT_EQ(row.nanos_per_invocation(), 100'000);
  EXPECT_EQ(row.jobs(), 3);
  EXPECT_EQ(row.nanos_per_job(), 100'000);
  EXPECT_EQ(response->total().cost_atto(), row.cost_atto());
}

TEST_F(ReportHandlersTest, WhatIsNotThereHasNoShare) {
  const auto response = handlers_.GetCostReport(call_, {});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->rows_size(), 0);
  EXPECT_EQ(response->total().cost_atto(), "0");
  EXPECT_FALSE(response->total().has_nanos_per_invocation());
  EXPECT_FALSE(response->total().has_jobs());
  EXPECT_FALSE(response->total().has_nanos_per_1000_tokens());
}

TEST_F(ReportHandlersTest, AKeysRowHasItsTokensAndWhatAThousandCost) {
  UsageRecord record = ARecord();
  record.project_id = call_.project_id;
  record.end_us = record.start_us + kSecondUs;
  record.api_key_id = NewId();
  record.tokens = 3;
  ASSERT_TRUE(usage_.Record(DefaultBills({record}), kTenUs).ok());
  Record(kSecondUs);
  v1::GetCostReportRequest request;
  request.add_group_by(v1::COST_GROUP_API_KEY);
  const auto response = handlers_.GetCostReport(call_, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->rows_size(), 2);
  EXPECT_EQ(response->rows(0).api_key_id(), "");
  EXPECT_EQ(response->rows(0).tokens(), 0);
  EXPECT_FALSE(response->rows(0).has_nanos_per_1000_tokens());
  EXPECT_EQ(response->rows(1).api_key_id(), record.api_key_id);
  EXPECT_EQ(response->rows(1).tokens(), 3);
  EXPECT_EQ(response->rows(1).nanos_per_1000_tokens(), 53'333'333) << "a third of 160,000,000";
  EXPECT_EQ(response->total().nanos_per_1000_tokens(), 106'666'667);
  request.clear_group_by();
  request.set_api_key_id(record.api_key_id);
  EXPECT_EQ(handlers_.GetCostReport(call_, request)->total().cost_nanos(), 160'000);
}

TEST_F(ReportHandlersTest, PagesThroughItsRows) {
  for (const char* worker : {"a", "b", "c", "d", "e"}) Record(kSecondUs, worker);
  v1::GetCostReportRequest request;
  request.add_group_by(v1::COST_GROUP_WORKER);
  request.set_page_size(2);
  std::string workers;
  for (int page = 0; page < 3; ++page) {
    const auto response = handlers_.GetCostReport(call_, request);
    ASSERT_TRUE(response.ok()) << response.status();
    for (const v1::CostRow& row : response->rows()) workers += row.worker_id();
    EXPECT_EQ(response->total().invocations(), 5);
    request.set_page_token(response->next_page_token());
  }
  EXPECT_EQ(workers, "abcde");
  EXPECT_EQ(request.page_token(), "");
}

TEST_F(ReportHandlersTest, ATokenBelongsToItsReport) {
  for (const char* worker : {"a", "b"}) Record(kSecondUs, worker);
  v1::GetCostReportRequest request;
  request.add_group_by(v1::COST_GROUP_WORKER);
  request.set_page_size(1);
  const auto first = handlers_.GetCostReport(call_, request);
  ASSERT_TRUE(first.ok());
  request.set_page_token(first->next_page_token());
  request.set_page_size(7);
  EXPECT_TRUE(handlers_.GetCostReport(call_, request).ok());
  request.set_dearest_first(true);
  EXPECT_EQ(handlers_.GetCostReport(call_, request).status().message(),
            "page_token: not one of this list");
}

TEST_F(ReportHandlersTest, BadReportsAreRefusedByField) {
  using Request = v1::GetCostReportRequest;
  struct Case {
    std::function<void(Request&)> spoil;
    std::string field;
  };
  const std::vector<Case> cases = {
      {[](Request& r) { r.add_group_by(static_cast<v1::CostGroup>(77)); }, "group_by"},
      {[](Request& r) { r.add_group_by(v1::COST_GROUP_UNSPECIFIED); }, "group_by"},
      {[](Request& r) {
         r.add_group_by(v1::COST_GROUP_JOB);
         r.add_group_by(v1::COST_GROUP_JOB);
       },
       "group_by"},
      {[](Request& r) {
         r.add_group_by(v1::COST_GROUP_DAY);
         r.add_group_by(v1::COST_GROUP_HOUR);
       },
       "group_by"},
      {[](Request& r) { r.add_group_by(v1::COST_GROUP_TAG); }, "tag"},
      {[](Request& r) { r.set_tag("team"); }, "tag"},
      {[](Request& r) {
         r.add_group_by(v1::COST_GROUP_TAG);
         r.set_tag("a=b");
       },
       "tag"},
      {[](Request& r) { r.set_endpoint_id("x"); }, "endpoint_id"},
      {[](Request& r) { r.set_api_key_id("x"); }, "api_key_id"},
      {[](Request& r) { r.set_gpu_type(std::string(129, 'g')); }, "gpu_type"},
      {[](Request& r) { r.set_worker_id("a\nb"); }, "worker_id"},
      {[](Request& r) { r.set_kind(static_cast<v1::CostKind>(9)); }, "kind"},
      {[](Request& r) { r.set_tagged("team"); }, "tagged"},
      {[](Request& r) { r.set_tagged("=red"); }, "tagged"},
      {[](Request& r) { r.set_page_size(1'001); }, "page_size"},
      {[](Request& r) { r.set_page_size(-1); }, "page_size"},
      {[](Request& r) { r.set_page_token("x"); }, "page_token"},
      {[](Request& r) { r.mutable_start_time()->set_seconds(1); }, "start_time"},
      {[](Request& r) { r.mutable_end_time()->set_nanos(-1); }, "end_time"},
  };
  for (const Case& c : cases) {
    Request request;
    c.spoil(request);
    const auto status = handlers_.GetCostReport(call_, request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.field;
    EXPECT_EQ(std::string(status.message()).substr(0, c.field.size() + 1), c.field + ":");
  }
}

TEST_F(ReportHandlersTest, AnEstimateSpansItsGpuTypes) {
  v1::EstimateCostRequest request;
  for (const char* type : {"RTX-4000", "rtx_4090", "unknown"}) request.add_gpu_types(type);
  request.set_execution_us(kSecondUs);
  request.set_jobs(10);
  const auto estimate = handlers_.EstimateCost(call_, request);
  ASSERT_TRUE(estimate.ok()) << estimate.status();
  EXPECT_EQ(estimate->low_nanos(), 10 * (60'000 + 100'000));
  EXPECT_EQ(estimate->high_nanos(), 10 * (120'000 + 100'000));
  ASSERT_EQ(estimate->rows_size(), 3);
  EXPECT_FALSE(estimate->rows(2).priced());
}

TEST_F(ReportHandlersTest, AnEstimateKnowsTheEndpointsJobs) {
  Record(4 * kSecondUs);
  v1::EstimateCostRequest request;
  request.set_endpoint_id(endpoint_);
  const auto estimate = handlers_.EstimateCost(call_, request);
  ASSERT_TRUE(estimate.ok()) << estimate.status();
  EXPECT_EQ(estimate->rows(0).observed(), 1);
  EXPECT_EQ(estimate->rows(0).high_execution_us(), 4 * kSecondUs);
  CallContext other;
  other.project_id = NewId();
  EXPECT_EQ(handlers_.EstimateCost(other, request).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(ReportHandlersTest, BadEstimatesAreRefusedByField) {
  using Request = v1::EstimateCostRequest;
  struct Case {
    std::function<void(Request&)> spoil;
    std::string field;
  };
  const std::vector<Case> cases = {
      {[](Request& r) { r.set_endpoint_id("x"); }, "endpoint_id"},
      {[](Request& r) { r.add_gpu_types(""); }, "gpu_types"},
      {[](Request& r) {
         for (int i = 0; i < 17; ++i) r.add_gpu_types("a");
       },
       "gpu_types"},
      {[](Request& r) { r.set_gpu_milli(16'001); }, "gpu_milli"},
      {[](Request& r) { r.set_execution_us(-1); }, "execution_us"},
      {[](Request& r) { r.set_execution_us(kMaxLeaseUs + 1); }, "execution_us"},
      {[](Request& r) { r.set_jobs(1'000'001); }, "jobs"},
  };
  for (const Case& c : cases) {
    Request request;
    c.spoil(request);
    const auto status = handlers_.EstimateCost(call_, request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.field;
    EXPECT_EQ(std::string(status.message()).substr(0, c.field.size() + 1), c.field + ":");
  }
}

TEST_F(ReportHandlersTest, AForecastWithoutHistorySaysSo) {
  Record(kSecondUs);
  const auto forecast = handlers_.ForecastCost(call_, {});
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  EXPECT_TRUE(forecast->insufficient_history());
  EXPECT_FALSE(forecast->has_likely_nanos());
  EXPECT_EQ(forecast->month_to_date_nanos(), 160'000);
}

TEST_F(ReportHandlersTest, NobodyWithoutAProjectGetsIn) {
  const CallContext nobody;
  const auto denied = absl::StatusCode::kPermissionDenied;
  EXPECT_EQ(handlers_.GetCostReport(nobody, {}).status().code(), denied);
  EXPECT_EQ(handlers_.EstimateCost(nobody, {}).status().code(), denied);
  EXPECT_EQ(handlers_.ForecastCost(nobody, {}).status().code(), denied);
}

}  // namespace
}  // namespace furnace::metering::rpc
