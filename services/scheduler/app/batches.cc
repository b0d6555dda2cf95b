#include "services/scheduler/app/batches.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"

namespace furnace::scheduler {
namespace {

// Cancellations that are on their way at a time.
constexpr std::size_t kCancelledAtOnce = 100;
constexpr int kDroppedAtOnce = 100;

}  // namespace

// The batch is stored first: jobs that are queued are always of a batch that is known.
absl::StatusOr<std::vector<std::string>> Batches::Submit(Submission submission,
                                                         const BatchOptions& options) {
  std::vector<std::string> job_ids;
  for (const Submission::Item& item : submission.items) job_ids.push_back(item.id);
  Batch batch;
  batch.id = submission.batch_id;
  batch.endpoint_id = submission.endpoint_id;
  batch.project_id = submission.project_id;
  batch.options = options;
  batch.created_at = clock_.Now();
  FURNACE_RETURN_IF_ERROR(store_.Add(batch, job_ids));
  const absl::Status queued = Await<SubmitResult>([&](Done<SubmitResult> done) {
                                submitter_.Submit(std::move(submission), std::move(done));
                              }).status();
  if (queued.ok()) return job_ids;
  // After any other error the jobs may have been queued; DropOrphans finds out.
  if (absl::IsResourceExhausted(queued)) {
    const absl::Status removed = store_.Remove(batch.id);
    if (!removed.ok()) spdlog::warn("batch {} left over: {}", batch.id, removed.ToString());
  }
  return queued;
}

absl::StatusOr<BatchView> Batches::Get(const std::string& batch_id, const std::string& project_id) {
  BatchView view;
  FURNACE_ASSIGN_OR_RETURN(view.batch, store_.Get(batch_id, project_id));
  if (view.batch.options.webhook_url.empty()) return view;
  FURNACE_ASSIGN_OR_RETURN(view.webhook, outbox_.Latest(batch_id));
  return view;
}

// What is known to the outbox already is skipped there: a crash in between repeats this.
absl::Status Batches::OnJobsEnded(const std::vector<std::string>& batch_ids) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Batch> done, store_.DoneWithWebhook(batch_ids));
  std::vector<Webhook> webhooks;
  for (const Batch& batch : done) {
    Webhook& webhook = webhooks.emplace_back();
    webhook.id = CompletionId(batch);
    webhook.project_id = batch.project_id;
    webhook.kind = "batch.done";
    webhook.subject = batch.id;
    webhook.url = batch.options.webhook_url;
    webhook.body = render_(batch);
  }
  return outbox_.Add(webhooks);
}

absl::StatusOr<FailureReport> Batches::Failures(const FailureFilter& filter) {
  FURNACE_RETURN_IF_ERROR(store_.Get(filter.batch_id, filter.project_id).status());
  FailureReport report;
  FURNACE_ASSIGN_OR_RETURN(report.groups, store_.FailureGroups(filter.batch_id, filter.project_id));
  FURNACE_ASSIGN_OR_RETURN(report.failures, store_.Failures(filter));
  return report;
}

// The last ones first: those at the head of the queue are the next to be started.
absl::StatusOr<int> Batches::Cancel(const std::string& batch_id, const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(std::vector<std::string> job_ids, store_.JobIds(batch_id, project_id));
  std::reverse(job_ids.begin(), job_ids.end());
  int cancelled = 0;
  for (std::size_t begin = 0; begin < job_ids.size(); begin += kCancelledAtOnce) {
    const std::size_t end = std::min(begin + kCancelledAtOnce, job_ids.size());
    FURNACE_ASSIGN_OR_RETURN(const int some,
                             CancelAll({job_ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                        job_ids.begin() + static_cast<std::ptrdiff_t>(end)},
                                       project_id));
    cancelled += some;
  }
  return cancelled;
}

absl::StatusOr<int> Batches::CancelAll(const std::vector<std::string>& job_ids,
                                       const std::string& project_id) {
  using Result = absl::StatusOr<std::optional<CancelledJob>>;
  std::vector<std::future<Result>> results;
  for (const std::string& id : job_ids) {
    auto promise = std::make_shared<std::promise<Result>>();
    results.push_back(promise->get_future());
    queue_.Cancel(id, project_id,
                  [promise](Result result) { promise->set_value(std::move(result)); });
  }
  int cancelled = 0;
  absl::Status status;
  for (std::size_t i = 0; i < job_ids.size(); ++i) {
    const Result result = results[i].get();
    status.Update(result.status());
    if (!result.ok() || !*result || IsFinal((*result)->status_before)) continue;
    ++cancelled;
    if ((*result)->status_before != JobStatus::kInProgress) continue;
    dispatcher_.CancelOn((*result)->worker_id, {.job_id = job_ids[i], .epoch = (*result)->epoch});
  }
  FURNACE_RETURN_IF_ERROR(status);
  return cancelled;
}

// A job that was queued is in the queue until it is in history: where the first job is in
// neither, none was.
void Batches::DropOrphans() {
  const auto old = store_.WithoutJobs(clock_.Now() - kOrphanAge, kDroppedAtOnce);
  if (!old.ok()) return;  // The next round will do.
  for (const EmptyBatch& batch : *old) {
    const auto job = reader_.Find(batch.first_job_id, batch.project_id, /*with_input=*/false);
    if (!absl::IsNotFound(job.status())) continue;
    spdlog::info("batch {} was never queued: dropped", batch.id);
    const absl::Status removed = store_.Remove(batch.id);
    if (!removed.ok()) spdlog::warn("batch {} left over: {}", batch.id, removed.ToString());
  }
}

}  // namespace furnace::scheduler
