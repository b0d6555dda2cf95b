// Schedules through the whole scheduler.
#include <cstdlib>

#include "absl/time/clock.h"
#include "furnace/v1/schedule_service.grpc.pb.h"
#include "libs/common/postgres/pool.h"
#include "tests/support/scheduler/samples.h"
#include "tests/support/scheduler/scheduler_fixture.h"

namespace furnace::scheduler {
namespace {

class SchedulerSchedulesTest : public SchedulerFixture {
 protected:
  v1::ScheduleSpec Spec(const std::string& name = "report") const {
    v1::ScheduleSpec spec;
    spec.set_name(name);
    spec.set_cron("0 0 1 1 *");
    spec.set_input("[1]");
    return spec;
  }

  grpc::Status Create(const v1::ScheduleSpec& spec, v1::Schedule* schedule) {
    v1::CreateScheduleRequest request;
    request.set_endpoint_id(endpoint_);
    *request.mutable_spec() = spec;
    v1::CreateScheduleResponse response;
    const grpc::Status status = stub_->CreateSchedule(As().get(), request, &response);
    *schedule = response.schedule();
    return status;
  }

  v1::Schedule Create(const v1::ScheduleSpec& spec) {
    v1::Schedule schedule;
    const grpc::Status status = Create(spec, &schedule);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return schedule;
  }

  v1::Schedule Get(const std::string& id) {
    v1::GetScheduleRequest request;
    request.set_schedule_id(id);
    v1::GetScheduleResponse response;
    const grpc::Status status = stub_->GetSchedule(As().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.schedule();
  }

  void Pause(const std::string& id) {
    v1::PauseScheduleRequest request;
    request.set_schedule_id(id);
    v1::PauseScheduleResponse response;
    const grpc::Status status = stub_->PauseSchedule(As().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_TRUE(response.schedule().paused());
    EXPECT_FALSE(response.schedule().has_next_run_at());
  }

  // As if the scheduler had been away since then.
  void MakeDueSince(const std::string& id, absl::Time time) {
    EXPECT_TRUE(database_
                    .Exec("UPDATE scheduler.furnace_schedules SET next_run_at = $2 WHERE id = $1",
                          {id, postgres::TimeParam(time)})
                    .ok());
  }

  const std::unique_ptr<Replica> replica_ = StartReplica();
  const std::unique_ptr<v1::ScheduleService::Stub> stub_ =
      v1::ScheduleService::NewStub(replica_->channel());
  postgres::Pool database_{postgres::WithDeadlines(std::getenv("FURNACE_TEST_POSTGRES_DSN")), 1};
};

TEST_F(SchedulerSchedulesTest, AScheduleComesBackWithItsNextRuns) {
  v1::ScheduleSpec spec = Spec();
  spec.set_time_zone("Europe/Berlin");
  spec.set_priority(-3);
  spec.mutable_options()->set_ttl_seconds(60);
  spec.mutable_options()->set_timeout_seconds(5);
  spec.mutable_options()->set_concurrency_key("k");
  spec.set_missed_runs(v1::MISSED_RUNS_SKIP);
  spec.set_overlap(v1::OVERLAP_SKIP);
  const v1::Schedule schedule = Create(spec);
  EXPECT_EQ(schedule.spec().SerializeAsString(), spec.SerializeAsString());
  EXPECT_EQ(schedule.endpoint_id(), endpoint_);
  EXPECT_EQ(schedule.next_runs_size(), 5);
  EXPECT_EQ(schedule.next_runs(0).seconds(), schedule.next_run_at().seconds());
  EXPECT_GT(schedule.next_runs(4).seconds(), schedule.next_runs(3).seconds());
  EXPECT_FALSE(schedule.has_last_run_at());
  EXPECT_EQ(Get(schedule.id()).SerializeAsString(), schedule.SerializeAsString());
}

TEST_F(SchedulerSchedulesTest, ADueScheduleSubmitsItsJob) {
  v1::ScheduleSpec spec = Spec();
  spec.set_cron("* * * * *");
  const v1::Schedule schedule = Create(spec);
  MakeDueSince(schedule.id(), absl::Now() - absl::Minutes(5));
  ASSERT_TRUE(Eventually([&] { return !Get(schedule.id()).last_job_id().empty(); }));
  const v1::Schedule after = Get(schedule.id());
  EXPECT_GT(after.next_run_at().seconds(), after.last_run_at().seconds());
  const v1::Job job = SchedulerFixture::Get(*replica_, after.last_job_id());
  EXPECT_EQ(job.input(), "[1]");
  EXPECT_EQ(job.endpoint_id(), endpoint_);
}

TEST_F(SchedulerSchedulesTest, BadInputNamesTheField) {
  const auto refused = [this](const v1::ScheduleSpec& spec) {
    v1::Schedule schedule;
    const grpc::Status status = Create(spec, &schedule);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  v1::ScheduleSpec spec = Spec();
  spec.set_cron("every day");
  EXPECT_EQ(refused(spec),
            "spec.cron: 'every day' is neither five fields nor a shortcut such as @daily");
  spec = Spec();
  spec.set_time_zone("CEST+1");
  EXPECT_EQ(refused(spec), "spec.time_zone: 'CEST+1' is no IANA time zone");
  spec = Spec("Report");
  EXPECT_EQ(refused(spec).substr(0, 10), "spec.name:");
  spec = Spec();
  spec.set_input("{");
  EXPECT_EQ(refused(spec).substr(0, 11), "spec.input:");
  spec = Spec();
  spec.clear_input();
  EXPECT_EQ(refused(spec), "spec.input: required");
  spec = Spec();
  spec.set_priority(11);
  EXPECT_EQ(refused(spec).substr(0, 14), "spec.priority:");
  spec = Spec();
  spec.mutable_options()->set_idempotency_key("k");
  EXPECT_EQ(refused(spec), "spec.options.idempotency_key: not in a schedule");
  spec = Spec();
  spec.mutable_options()->mutable_not_before();
  EXPECT_EQ(refused(spec), "spec.options.not_before: not in a schedule");
  spec = Spec();
  spec.mutable_options()->set_ttl_seconds(-1);
  EXPECT_EQ(refused(spec).substr(0, 24), "spec.options.ttl_seconds");
  spec = Spec();
  spec.set_missed_runs(static_cast<v1::MissedRuns>(99));
  EXPECT_EQ(refused(spec), "spec.missed_runs: unknown");
}

TEST_F(SchedulerSchedulesTest, AnotherProjectsScheduleIsNotThere) {
  const v1::Schedule schedule = Create(Spec());
  const std::string stranger = NewId();
  v1::GetScheduleRequest get;
  get.set_schedule_id(schedule.id());
  v1::GetScheduleResponse got;
  EXPECT_EQ(stub_->GetSchedule(As(stranger).get(), get, &got).error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::DeleteScheduleRequest remove;
  remove.set_schedule_id(schedule.id());
  v1::DeleteScheduleResponse removed;
  EXPECT_EQ(stub_->DeleteSchedule(As(stranger).get(), remove, &removed).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// As if a replica had submitted the jobs and died before it had advanced the schedules.
TEST_F(SchedulerSchedulesTest, EachNominalTimeMakesOneJobHoweverOftenItIsDue) {
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    v1::ScheduleSpec spec = Spec("minutely-" + std::to_string(i));
    spec.set_cron("* * * * *");
    spec.set_missed_runs(v1::MISSED_RUNS_RUN_ALL);
    ids.push_back(Create(spec).id());
  }
  const absl::Time minute =
      absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()) / 60 * 60) - absl::Minutes(3);
  for (const std::string& id : ids) MakeDueSince(id, minute);
  for (const std::string& id : ids) {
    ASSERT_TRUE(Eventually([&] { return !Get(id).last_job_id().empty(); }));
  }
  // What is due again is what was run: it is all there already.
  for (const std::string& id : ids) MakeDueSince(id, minute);
  for (const std::string& id : ids) {
    ASSERT_TRUE(
        Eventually([&] { return Get(id).next_run_at().seconds() > absl::ToUnixSeconds(minute); }));
  }
  std::int64_t runs = 0;
  for (const std::string& id : ids) {
    Pause(id);
    runs += (Get(id).last_run_at().seconds() - absl::ToUnixSeconds(minute)) / 60 + 1;
  }
  v1::PurgeRequest purge;
  purge.set_endpoint_id(endpoint_);
  v1::PurgeResponse purged;
  ASSERT_TRUE(replica_->jobs().Purge(As().get(), purge, &purged).ok());
  EXPECT_EQ(purged.purged(), runs);
}

}  // namespace
}  // namespace furnace::scheduler
