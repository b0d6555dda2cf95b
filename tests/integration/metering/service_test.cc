// The service over gRPC on a real PostgreSQL.
#include "services/metering/rpc/service.h"

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "furnace/internal/v1/usage_service.grpc.pb.h"
#include "furnace/v1/metering_service.grpc.pb.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/server.h"
#include "services/metering/monitor.h"
#include "tests/support/metering_postgres.h"
#include "tests/support/metering_proto.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

constexpr char kToken[] = "internal-token-of-the-test";

class MeteringServiceTest : public testing::Test {
 protected:
  // Calls for `project_id`, or for the suite itself when empty.
  template <typename Method, typename Stub, typename Request, typename Response>
  grpc::Status Call(Method method, Stub& stub, const std::string& project_id,
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    furnace::rpc::Prepare(context, {.internal_token = token_, .timeout = absl::Seconds(30)});
    if (!project_id.empty()) context.AddMetadata(furnace::rpc::kProjectKey, project_id);
    return (stub.*method)(&context, request, response);
  }

  grpc::Status Record(const std::vector<UsageRecord>& records, int* recorded,
                      const std::string& project_id = "") {
    internal::v1::RecordUsageRequest request;
    for (const UsageRecord& record : records) *request.add_records() = ProtoOf(record);
    internal::v1::RecordUsageResponse response;
    grpc::Status status = Call(&internal::v1::UsageService::Stub::RecordUsage, *usage_stub_,
                               project_id, request, &response);
    *recorded = response.recorded();
    return status;
  }

  int Recorded(const std::vector<UsageRecord>& records) {
    int recorded = 0;
    const grpc::Status status = Record(records, &recorded);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return status.ok() ? recorded : -1;
  }

  static v1::GetUsageRequest MarchTen() {
    v1::GetUsageRequest request;
    request.mutable_start_time()->set_seconds(kTenUs / kSecondUs);
    request.mutable_end_time()->set_seconds((kTenUs + kHourUs) / kSecondUs);
    return request;
  }

  grpc::Status GetUsage(const std::string& project_id, const v1::GetUsageRequest& request,
                        v1::GetUsageResponse* response) {
    return Call(&v1::MeteringService::Stub::GetUsage, *metering_stub_, project_id, request,
                response);
  }

  v1::UsageRow TotalOf(const std::string& project_id) {
    v1::GetUsageResponse response;
    const grpc::Status status = GetUsage(project_id, MarchTen(), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.total();
  }

  grpc::Status List(const std::string& project_id, const v1::ListLedgerEntriesRequest& request,
                    v1::ListLedgerEntriesResponse* response) {
    return Call(&v1::MeteringService::Stub::ListLedgerEntries, *metering_stub_, project_id, request,
                response);
  }

  std::string token_ = kToken;
  PostgresBackend backend_{10};
  SystemClock clock_;
  MetricsMonitor monitor_;
  UsageRecorder recorder_{backend_.usage(), backend_.prices(), monitor_, clock_};
  UsageReader reader_{backend_.usage(), backend_.prices(), clock_};
  LedgerReader ledger_{backend_.ledger()};
  rpc::Handlers handlers_{recorder_, reader_, ledger_};
  furnace::rpc::Gate gate_{kToken};
  rpc::MeteringService metering_service_{gate_, handlers_};
  rpc::UsageService usage_service_{gate_, handlers_};
  std::unique_ptr<furnace::rpc::Server> server_ = *furnace::rpc::Server::Start(
      {.address = "127.0.0.1:0"}, {&metering_service_, &usage_service_});
  std::shared_ptr<grpc::Channel> channel_ =
      furnace::rpc::Dial("127.0.0.1:" + std::to_string(server_->port()));
  std::unique_ptr<internal::v1::UsageService::Stub> usage_stub_ =
      internal::v1::UsageService::NewStub(channel_);
  std::unique_ptr<v1::MeteringService::Stub> metering_stub_ =
      v1::MeteringService::NewStub(channel_);
};

TEST_F(MeteringServiceTest, TheSameCallTwiceIsRecordedOnce) {
  const UsageRecord record = ARecord();
  EXPECT_EQ(Recorded({record}), 1);
  EXPECT_EQ(Recorded({record}), 0);
  const v1::UsageRow total = TotalOf(record.project_id);
  EXPECT_EQ(total.gpu_time_us(), 10 * kSecondUs);
  EXPECT_EQ(total.invocations(), 1);
  EXPECT_EQ(total.cost_nanos(), 700'000);
}

TEST_F(MeteringServiceTest, AConflictIsCountedForTheOperator) {
  const auto conflicts = [] {
    return metrics::Counter("furnace_metering_records_conflicting_total", "").Value();
  };
  UsageRecord record = ARecord();
  EXPECT_EQ(Recorded({record}), 1);
  const double before = conflicts();
  record.end_us += 1;
  EXPECT_EQ(Recorded({record}), 0);
  EXPECT_EQ(conflicts(), before + 1);
  EXPECT_EQ(TotalOf(record.project_id).gpu_time_us(), 10 * kSecondUs);
}

TEST_F(MeteringServiceTest, TheSameCallFromEightThreadsIsRecordedOnce) {
  std::vector<UsageRecord> records(100, ARecord());
  for (std::size_t i = 0; i < records.size(); ++i) records[i].key.epoch = static_cast<int>(i) + 1;
  std::vector<int> recorded(8, 0);
  std::vector<std::thread> threads;
  for (int& mine : recorded) threads.emplace_back([&] { mine = Recorded(records); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(recorded.begin(), recorded.end(), 0), 7);
  EXPECT_EQ(std::count(recorded.begin(), recorded.end(), 100), 1);
  EXPECT_EQ(TotalOf(records[0].project_id).gpu_time_us(), 100 * 10 * kSecondUs);
}

// Kills the service's connection where it waits for `table`, then calls again.
class KilledConnectionTest : public MeteringServiceTest,
                             public testing::WithParamInterface<const char*> {
 protected:
  // The service's backend that waits for a lock; 0 if none does within 20 s.
  std::string WaitForBlockedBackend(postgres::Connection& connection) {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (absl::Now() < deadline) {
      const auto rows = connection.Exec("SELECT pid FROM pg_locks WHERE NOT granted", {});
      if (rows.ok() && !rows->empty()) return std::string(rows->Text(0, 0));
      std::this_thread::yield();
    }
    return "0";
  }
};

TEST_P(KilledConnectionTest, ARepeatedCallRecordsOnce) {
  std::vector<UsageRecord> records(50, ARecord());
  for (std::size_t i = 0; i < records.size(); ++i) records[i].key.epoch = static_cast<int>(i) + 1;
  const std::string project = records[0].project_id;

  auto other = postgres::Connection::Open(TestDsn());
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE(other->ExecScript("BEGIN").ok());
  ASSERT_TRUE(other->ExecScript(std::string("LOCK TABLE ") + GetParam() + " IN SHARE MODE").ok());
  grpc::Status killed;
  int recorded = 0;
  std::thread caller([&] { killed = Record(records, &recorded); });
  const std::string pid = WaitForBlockedBackend(*other);
  EXPECT_TRUE(other->Exec("SELECT pg_terminate_backend($1::int)", {pid}).ok());
  caller.join();
  EXPECT_EQ(killed.error_code(), grpc::StatusCode::UNAVAILABLE) << killed.error_message();
  ASSERT_TRUE(other->ExecScript("ROLLBACK").ok());

  EXPECT_EQ(TotalOf(project).invocations(), 0);
  EXPECT_EQ(Recorded(records), 50);
  EXPECT_EQ(Recorded(records), 0);
  const v1::UsageRow total = TotalOf(project);
  EXPECT_EQ(total.gpu_time_us(), 50 * 10 * kSecondUs);
  EXPECT_EQ(total.cost_nanos(), 50 * 700'000);
  v1::ListLedgerEntriesRequest request;
  request.set_page_size(1'000);
  v1::ListLedgerEntriesResponse response;
  ASSERT_TRUE(List(project, request, &response).ok());
  EXPECT_EQ(response.entries_size(), 100);
}

INSTANTIATE_TEST_SUITE_P(Tables, KilledConnectionTest,
                         testing::Values("metering.usage_records", "metering.usage_hourly",
                                         "metering.usage_hourly_totals",
                                         "metering.ledger_transactions",
                                         "metering.ledger_entries"));

TEST_F(MeteringServiceTest, AProjectSeesOnlyItsOwn) {
  const UsageRecord mine = ARecord();
  UsageRecord theirs = ARecord();
  theirs.endpoint_id = mine.endpoint_id;
  ASSERT_EQ(Recorded({mine, theirs}), 2);

  v1::GetUsageRequest usage = MarchTen();
  usage.set_job_id(theirs.key.job_id);
  v1::GetUsageResponse usage_response;
  ASSERT_TRUE(GetUsage(mine.project_id, usage, &usage_response).ok());
  EXPECT_EQ(usage_response.total().ByteSizeLong(), 0);

  v1::ListLedgerEntriesRequest ledger;
  v1::ListLedgerEntriesResponse entries;
  ASSERT_TRUE(List(mine.project_id, ledger, &entries).ok());
  ASSERT_EQ(entries.entries_size(), 2);
  EXPECT_EQ(entries.entries(0).job_id(), mine.key.job_id);
  // As for a job that never was.
  for (const std::string& job_id : {theirs.key.job_id, NewId()}) {
    ledger.set_job_id(job_id);
    ASSERT_TRUE(List(mine.project_id, ledger, &entries).ok());
    EXPECT_EQ(entries.ByteSizeLong(), 0);
  }
}

TEST_F(MeteringServiceTest, LedgerEntriesShowChargesAndCredits) {
  UsageRecord record = ARecord();
  record.milli_gpus = 2'000;
  ASSERT_EQ(Recorded({record}), 1);
  UsageRecord lost = record;
  lost.key.epoch = 2;
  lost.cause = Cause::kWorkerLost;
  ASSERT_EQ(Recorded({lost}), 1);

  v1::ListLedgerEntriesRequest list;
  list.set_job_id(record.key.job_id);
  list.set_page_size(3);
  v1::ListLedgerEntriesResponse first;
  ASSERT_TRUE(List(record.project_id, list, &first).ok());
  ASSERT_EQ(first.entries_size(), 3);
  EXPECT_EQ(first.entries(0).kind(), v1::LEDGER_ENTRY_KIND_GPU_TIME);
  EXPECT_EQ(first.entries(0).gpu_time_us(), 20 * kSecondUs);
  EXPECT_EQ(first.entries(0).unit_price_nanos(), 60'000);
  EXPECT_EQ(first.entries(0).amount_nanos(), 1'200'000);
  EXPECT_EQ(first.entries(1).kind(), v1::LEDGER_ENTRY_KIND_INVOCATION);
  EXPECT_EQ(first.entries(1).amount_nanos(), 100'000);
  EXPECT_EQ(first.entries(2).epoch(), 2);

  list.set_page_token(first.next_page_token());
  v1::ListLedgerEntriesResponse second;
  ASSERT_TRUE(List(record.project_id, list, &second).ok());
  ASSERT_EQ(second.entries_size(), 1);
  EXPECT_EQ(second.entries(0).kind(), v1::LEDGER_ENTRY_KIND_CREDIT);
  EXPECT_EQ(second.entries(0).amount_nanos(), -1'200'000);
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_EQ(TotalOf(record.project_id).credited_gpu_time_us(), 20 * kSecondUs);
}

TEST_F(MeteringServiceTest, ListsThePricesInForce) {
  v1::ListPricesResponse response;
  ASSERT_TRUE(Call(&v1::MeteringService::Stub::ListPrices, *metering_stub_, NewId(),
                   v1::ListPricesRequest(), &response)
                  .ok());
  std::vector<std::string> types;
  for (const v1::Price& price : response.prices()) types.push_back(price.gpu_type());
  EXPECT_EQ(types, (std::vector<std::string>{"rtx4000", "rtx4090", "", "rtx4000", "rtx4090", ""}));
}

TEST_F(MeteringServiceTest, ABadRecordIsNamedAndNothingIsStored) {
  const UsageRecord good = ARecord();
  UsageRecord bad = ARecord();
  bad.start_us = bad.end_us + 1;
  int recorded = 0;
  const grpc::Status status = Record({good, bad}, &recorded);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "records[1].end_us: before start_us");
  EXPECT_EQ(TotalOf(good.project_id).invocations(), 0);
  EXPECT_EQ(Record({}, &recorded).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(MeteringServiceTest, CallsWithoutTheSuitesTokenAreRefused) {
  token_ = "guess";
  int recorded = 0;
  EXPECT_EQ(Record({ARecord()}, &recorded).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  v1::GetUsageResponse usage;
  EXPECT_EQ(GetUsage(NewId(), MarchTen(), &usage).error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(MeteringServiceTest, ProjectsReadAndOnlyTheSuiteRecords) {
  int recorded = 0;
  const UsageRecord record = ARecord();
  EXPECT_EQ(Record({record}, &recorded, record.project_id).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  v1::GetUsageResponse usage;
  EXPECT_EQ(GetUsage("", MarchTen(), &usage).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  v1::ListLedgerEntriesResponse entries;
  EXPECT_EQ(List("", {}, &entries).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(MeteringServiceTest, BadQuestionsAreRefused) {
  v1::GetUsageResponse usage;
  v1::GetUsageRequest backwards = MarchTen();
  std::swap(*backwards.mutable_start_time(), *backwards.mutable_end_time());
  v1::GetUsageRequest endless = MarchTen();
  endless.mutable_end_time()->set_seconds(endless.start_time().seconds() + 401 * 86'400);
  v1::GetUsageRequest twice = MarchTen();
  twice.add_group_by(v1::USAGE_GROUP_HOUR);
  twice.add_group_by(v1::USAGE_GROUP_HOUR);
  for (const v1::GetUsageRequest& request : {backwards, endless, twice}) {
    EXPECT_EQ(GetUsage(NewId(), request, &usage).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  }
  v1::ListLedgerEntriesRequest list;
  v1::ListLedgerEntriesResponse entries;
  list.set_page_size(1'001);
  EXPECT_EQ(List(NewId(), list, &entries).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  list.set_page_size(1);
  list.set_page_token("forged");
  EXPECT_EQ(List(NewId(), list, &entries).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace furnace::metering
