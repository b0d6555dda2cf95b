#include "services/scheduler/storage/observed_job_queue.h"

#include <utility>

#include "absl/time/clock.h"
#include "libs/common/metrics/metrics.h"

namespace furnace::scheduler {
namespace {

/// The instruments of one method.
struct CallMetrics {
  explicit CallMetrics(const std::string& call)
      : seconds(metrics::Latency("furnace_queue_call_seconds", "Time of calls of the queue.",
                                 {{"call", call}})),
        errors(metrics::Counter("furnace_queue_errors_total", "Calls of the queue that failed.",
                                {{"call", call}})) {}

  prometheus::Histogram& seconds;
  prometheus::Counter& errors;
};

/// `done`, which first takes note of the call; `on_value` looks at a good answer.
template <typename T, typename OnValue>
Done<T> Observe(CallMetrics& call, Done<T> done, OnValue on_value) {
  return [&call, on_value, start = absl::Now(),
          done = std::move(done)](absl::StatusOr<T> result) mutable {
    call.seconds.Observe(absl::ToDoubleSeconds(absl::Now() - start));
    if (result.ok()) {
      on_value(*result);
    } else {
      call.errors.Increment();
    }
    done(std::move(result));
  };
}

template <typename T>
Done<T> Observe(CallMetrics& call, Done<T> done) {
  return Observe(call, std::move(done), [](const T&) {});
}

prometheus::Counter& SettledCounter(SettleResult result) {
  const auto counter = [](const char* name) -> prometheus::Counter& {
    return metrics::Counter("furnace_attempts_settled_total", "Ends of attempts, by result.",
                            {{"result", name}});
  };
  static prometheus::Counter& final_state = counter("final");
  static prometheus::Counter& queued_again = counter("queued_again");
  static prometheus::Counter& repeated = counter("repeated");
  static prometheus::Counter& not_held = counter("not_held");
  switch (result) {
    case SettleResult::kFinal: return final_state;
    case SettleResult::kQueuedAgain: return queued_again;
    case SettleResult::kRepeated: return repeated;
    case SettleResult::kNotHeld: return not_held;
  }
  return not_held;
}

}  // namespace

void ObservedJobQueue::Submit(Submission submission, Done<SubmitResult> done) {
  static CallMetrics call("submit");
  static prometheus::Counter& submitted =
      metrics::Counter("furnace_jobs_submitted_total", "Jobs acknowledged.");
  const auto jobs = static_cast<double>(submission.items.size());
  queue_.Submit(std::move(submission),
                Observe(call, std::move(done), [jobs](const SubmitResult& result) {
                  if (result.known_id.empty()) submitted.Increment(jobs);
                }));
}

void ObservedJobQueue::Claim(ClaimRequest request, Done<Claimed> done) {
  static CallMetrics call("claim");
  static prometheus::Counter& claimed =
      metrics::Counter("furnace_jobs_claimed_total", "Jobs leased to workers.");
  queue_.Claim(std::move(request), Observe(call, std::move(done), [](const Claimed& claim) {
                 claimed.Increment(static_cast<double>(claim.jobs.size()));
               }));
}

void ObservedJobQueue::Renew(int shard, std::vector<Renewal> renewals, absl::Duration lease,
                             Done<std::vector<LeaseId>> done) {
  static CallMetrics call("renew");
  queue_.Renew(shard, std::move(renewals), lease, Observe(call, std::move(done)));
}

void ObservedJobQueue::Settle(Settlement settlement, Done<SettleResult> done) {
  static CallMetrics call("settle");
  queue_.Settle(std::move(settlement),
                Observe(call, std::move(done),
                        [](const SettleResult& result) { SettledCounter(result).Increment(); }));
}

void ObservedJobQueue::Report(ProgressReport report, Done<ReportResult> done) {
  static CallMetrics call("report");
  queue_.Report(std::move(report), Observe(call, std::move(done)));
}

void ObservedJobQueue::Locate(const std::string& job_id, Done<std::optional<QueuePlace>> done) {
  static CallMetrics call("locate");
  queue_.Locate(job_id, Observe(call, std::move(done)));
}

void ObservedJobQueue::Redrive(RedriveRequest request, Done<std::vector<bool>> done) {
  static CallMetrics call("redrive");
  queue_.Redrive(std::move(request), Observe(call, std::move(done)));
}

void ObservedJobQueue::Purge(const std::string& endpoint_id, int limit, Done<int> done) {
  static CallMetrics call("purge");
  queue_.Purge(endpoint_id, limit, Observe(call, std::move(done)));
}

void ObservedJobQueue::Cancel(const std::string& job_id, const std::string& project_id,
                              Done<std::optional<CancelledJob>> done) {
  static CallMetrics call("cancel");
  queue_.Cancel(job_id, project_id, Observe(call, std::move(done)));
}

void ObservedJobQueue::Find(const std::string& job_id, FindOptions options,
                            Done<std::optional<JobRecord>> done) {
  static CallMetrics call("find");
  queue_.Find(job_id, options, Observe(call, std::move(done)));
}

}  // namespace furnace::scheduler
