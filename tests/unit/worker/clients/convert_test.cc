#include "services/worker/clients/scheduler/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace furnace::worker {
namespace {

using furnace::v1::ConnectRequest;
using furnace::v1::ConnectResponse;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kJob[] = "00000000-0000-7000-8000-000000000001";

class RecordingEvents final : public SchedulerEvents {
 public:
  void OnWelcome(absl::Duration heartbeat) override { welcomed = heartbeat; }
  void OnAssignments(std::vector<Assignment> assigned) override { jobs = std::move(assigned); }
  void OnSettled(const std::vector<LeaseId>& leases) override { settled = leases; }
  void OnProgressStored(const LeaseId& lease, std::int64_t sequence) override {
    stored = {lease, sequence};
  }
  void OnLeaseLost(const std::vector<LeaseId>& leases) override { lost = leases; }
  void OnCancel(const LeaseId& lease) override { cancelled = lease; }
  void OnDrain() override { drained = true; }
  void OnDisconnected(const absl::Status&) override {}

  absl::Duration welcomed;
  std::vector<Assignment> jobs;
  std::vector<LeaseId> settled;
  std::vector<LeaseId> lost;
  LeaseId cancelled;
  std::pair<LeaseId, std::int64_t> stored;
  bool drained = false;
};

class WorkerConvertTest : public ::testing::Test {
 protected:
  ConnectResponse response_;
  RecordingEvents events_;
};

TEST_F(WorkerConvertTest, AssignmentsKeepTheInput) {
  auto& job = *response_.mutable_assignments()->add_jobs();
  job.mutable_lease()->set_job_id(kJob);
  job.mutable_lease()->set_epoch(2);
  job.set_input("{ }");
  job.set_timeout_ms(1500);
  Deliver(response_, events_);
  ASSERT_THAT(events_.jobs, SizeIs(1));
  EXPECT_EQ(events_.jobs[0].lease, (LeaseId{kJob, 2}));
  EXPECT_EQ(events_.jobs[0].input, "{ }");
  EXPECT_EQ(events_.jobs[0].timeout, absl::Milliseconds(1500));
}

TEST_F(WorkerConvertTest, JobIdsThatAreNoneAreDropped) {
  response_.mutable_assignments()->add_jobs()->mutable_lease()->set_job_id("../../etc/passwd");
  Deliver(response_, events_);
  EXPECT_THAT(events_.jobs, SizeIs(0));
}

TEST_F(WorkerConvertTest, HeartbeatsAreNeitherNoiseNorSilence) {
  response_.mutable_welcome()->set_heartbeat_ms(0);
  Deliver(response_, events_);
  EXPECT_EQ(events_.welcomed, absl::Milliseconds(50));
  response_.mutable_welcome()->set_heartbeat_ms(5000);
  Deliver(response_, events_);
  EXPECT_EQ(events_.welcomed, absl::Seconds(5));
  response_.mutable_welcome()->set_heartbeat_ms(1 << 30);
  Deliver(response_, events_);
  EXPECT_EQ(events_.welcomed, absl::Minutes(1));
}

TEST_F(WorkerConvertTest, TheRestIsDelivered) {
  response_.mutable_settled()->add_leases()->set_job_id("a");
  Deliver(response_, events_);
  EXPECT_THAT(events_.settled, ElementsAre(LeaseId{"a", 0}));
  response_.mutable_lease_lost()->add_leases()->set_job_id("b");
  Deliver(response_, events_);
  EXPECT_THAT(events_.lost, ElementsAre(LeaseId{"b", 0}));
  response_.mutable_cancel_job()->mutable_lease()->set_job_id("c");
  Deliver(response_, events_);
  EXPECT_EQ(events_.cancelled, (LeaseId{"c", 0}));
  response_.mutable_progress_stored()->mutable_lease()->set_job_id("d");
  response_.mutable_progress_stored()->set_sequence(7);
  Deliver(response_, events_);
  EXPECT_EQ(events_.stored, std::pair(LeaseId{"d", 0}, std::int64_t{7}));
  response_.mutable_drain();
  Deliver(response_, events_);
  EXPECT_TRUE(events_.drained);
  Deliver(ConnectResponse(), events_);
}

TEST(WorkerToProtoTest, AResultCarriesOutputOrCause) {
  const ConnectRequest good = ToProto(Result{{"a", 1}, {"7", Cause::kNone, ""}, 2});
  EXPECT_EQ(good.result().output(), "7");
  EXPECT_EQ(good.result().cause(), furnace::v1::FAILURE_CAUSE_UNSPECIFIED);
  EXPECT_EQ(good.result().credits(), 2);
  const auto cause = [](Cause of) {
    return ToProto(Result{{"a", 1}, Failure(of, "x"), 0}).result().cause();
  };
  EXPECT_EQ(cause(Cause::kHandlerError), furnace::v1::FAILURE_CAUSE_HANDLER_ERROR);
  EXPECT_EQ(cause(Cause::kHandlerExited), furnace::v1::FAILURE_CAUSE_HANDLER_EXITED);
  EXPECT_EQ(cause(Cause::kTimeout), furnace::v1::FAILURE_CAUSE_TIMEOUT);
}

TEST(WorkerToProtoTest, AResultTellsHowLongItsJobWaited) {
  Result result{{"a", 1}, {}, 0};
  result.outcome.waited = absl::Milliseconds(1500);
  EXPECT_EQ(ToProto(result).result().waited_us(), 1'500'000);
}

TEST(WorkerToProtoTest, AHeartbeatTellsHowLongItsJobsWaited) {
  const ConnectRequest request = ToProto(Heartbeat{
      .leases = {{"a", 1}, {"b", 1}}, .waits = {absl::Milliseconds(3), absl::InfiniteDuration()}});
  EXPECT_THAT(request.heartbeat().waited_us(), ElementsAre(3'000, -1));
}

TEST(WorkerToProtoTest, EveryMessageHasItsPlace) {
  EXPECT_EQ(ToProto(Credit{3}).credit().count(), 3);
  EXPECT_EQ(ToProto(Heartbeat{{{"a", 1}}}).heartbeat().leases(0).job_id(), "a");
  EXPECT_EQ(ToProto(Release{{{"a", 1}}}).release().leases(0).epoch(), 1);
  EXPECT_FALSE(ToProto(Release{{{"a", 1}}}).release().unbegun());
  EXPECT_TRUE(ToProto(Release{{{"a", 1}}, true}).release().unbegun());
  EXPECT_TRUE(ToProto(Draining{}).has_draining());
  EXPECT_EQ(ToProto(Event{"memory", "2 GB"}).event().check(), "memory");
  EXPECT_EQ(ToProto(Event{"memory", "2 GB"}).event().reason(), "2 GB");
  const ConnectRequest progress = ToProto(Progress{{"a", 1}, "{}", {"1", "2"}, 9, 8});
  EXPECT_EQ(progress.progress().progress(), "{}");
  EXPECT_THAT(progress.progress().chunks(), ElementsAre("1", "2"));
  EXPECT_EQ(progress.progress().sequence(), 9);
  EXPECT_EQ(progress.progress().stored(), 8);
}

TEST_F(WorkerConvertTest, GpusAreNamedInTheHello) {
  Hello hello;
  hello.gpus = {{.uuid = "GPU-1", .model = "NVIDIA H200", .memory_mib = 143'771}};
  const ConnectRequest request = ToProto(hello);
  ASSERT_THAT(request.hello().gpus(), SizeIs(1));
  EXPECT_EQ(request.hello().gpus(0).uuid(), "GPU-1");
  EXPECT_EQ(request.hello().gpus(0).model(), "NVIDIA H200");
  EXPECT_EQ(request.hello().gpus(0).memory_mib(), 143'771);
}

TEST_F(WorkerConvertTest, HeartbeatsSayHowTheGpusAre) {
  const ConnectRequest request = ToProto(Heartbeat{{},
                                                   {{.uuid = "GPU-1",
                                                     .memory_used_mib = 900,
                                                     .utilization_percent = 45,
                                                     .temperature_celsius = 61,
                                                     .power_watts = 351,
                                                     .last_xid = 79,
                                                     .ecc_uncorrected = 2}}});
  ASSERT_THAT(request.heartbeat().gpus(), SizeIs(1));
  const furnace::v1::GpuReading& reading = request.heartbeat().gpus(0);
  EXPECT_EQ(reading.uuid(), "GPU-1");
  EXPECT_EQ(reading.memory_used_mib(), 900);
  EXPECT_EQ(reading.utilization_percent(), 45);
  EXPECT_EQ(reading.temperature_celsius(), 61);
  EXPECT_EQ(reading.power_watts(), 351);
  EXPECT_EQ(reading.last_xid(), 79);
  EXPECT_EQ(reading.ecc_uncorrected(), 2);
  EXPECT_EQ(reading.problem(), "error XID 79");
}

TEST_F(WorkerConvertTest, AResultTellsItsGpuMemory) {
  Result result;
  result.outcome.gpu_memory_peak_mib = 900;
  EXPECT_EQ(ToProto(result).result().gpu_memory_peak_mib(), 900);
}

TEST_F(WorkerConvertTest, AResultTellsItsTokens) {
  Result result;
  EXPECT_EQ(ToProto(result).result().tokens(), 0);
  result.outcome.tokens = 42;
  EXPECT_EQ(ToProto(result).result().tokens(), 42);
}

}  // namespace
}  // namespace furnace::worker
