// Jobs that depend on others, beside the model of the queue.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/scheduler/storage/redis/job_links.h"
#include "tests/integration/scheduler/queue_model.h"

namespace furnace::scheduler {

class DependencyModelTest : public QueueModelTest {
 protected:
  // Queues a job with parents in any state and shard, and links it to them; what has ended
  // by then it hears of later.
  void SubmitChild() {
    if (model_.empty()) return;
    std::set<std::string> parents;
    for (int i = Random(3); i >= 0; --i) parents.insert(AnyJob()->first);
    const std::string& endpoint = endpoints_[static_cast<std::size_t>(Random(3))];
    Job job;
    job.id = NewUuid(absl::Now(), static_cast<std::uint8_t>(ShardOfEndpoint(endpoint, kShards)));
    job.endpoint_id = endpoint;
    job.project_id = project_;
    job.affinity = "*";
    job.retry = AnyRetryPolicy();
    if (Random(3) == 0) job.concurrency_key = "a";
    job.depends_on = {parents.begin(), parents.end()};
    job.unfinished = parents;
    job.on_parent_failure = static_cast<ParentFailure>(1 + Random(3));
    Queue(job, AnyTtl(), AnyNotBefore());
    for (const std::string& parent : parents) Link(parent, job.id);
  }

  void Queue(const Job& job, absl::Duration ttl, std::optional<absl::Time> not_before) {
    Submission submission{.endpoint_id = job.endpoint_id,
                          .project_id = project_,
                          .retry = job.retry,
                          .head_start = kHeadStart,
                          .idempotency_key = {},
                          .idempotency_ttl = absl::Hours(1),
                          .fingerprint = {},
                          .items = {}};
    submission.items.push_back({.id = job.id,
                                .affinity = job.affinity,
                                .input = "1",
                                .timeout = absl::Seconds(300),
                                .ttl = ttl,
                                .not_before = not_before,
                                .concurrency_key = job.concurrency_key,
                                .depends_on = job.depends_on,
                                .on_parent_failure = job.on_parent_failure});
    submission.max_queued = 1'000'000;
    const auto result = Await<SubmitResult>(
        [&](Done<SubmitResult> done) { queue_.Submit(std::move(submission), std::move(done)); });
    ASSERT_TRUE(result.ok()) << result.status();
    const absl::Time now = result->queued_at;
    model_[job.id] = Accept(job, not_before, ttl, now);
    scores_[job.id] = QueueScore(std::max(now, not_before.value_or(now)), 0, kHeadStart);
  }

  void Link(const std::string& parent, const std::string& child) {
    const auto statuses =
        links_.Link(ShardOfJob(parent), project_, {{.parent_id = parent, .child_id = child}});
    ASSERT_TRUE(statuses.ok()) << statuses.status();
    const JobStatus status = model_.at(parent).status;
    EXPECT_EQ(statuses->at(0), status);
    if (!IsFinal(status)) dependents_[parent].insert(child);
  }

  // Tells a job of those of its parents that have ended.
  void TellChild() {
    if (model_.empty()) return;
    const Job child = AnyJob()->second;
    std::vector<EndedParent> ended;
    for (const std::string& parent : child.depends_on) {
      const JobStatus status = model_.at(parent).status;
      if (IsFinal(status) && Random(3) != 0) ended.push_back({.id = parent, .status = status});
    }
    Tell(child.id, ended);
  }

  // Tells all that wait for a job, if it has ended.
  void TellDependents() {
    if (dependents_.empty()) return;
    auto any = dependents_.begin();
    std::advance(any, Random(static_cast<int>(dependents_.size())));
    const auto& [parent, children] = *any;
    const auto read = links_.ReadDependents(parent, 1'000'000);
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(read->has_value(), IsFinal(model_.at(parent).status));
    if (!read->has_value()) return;
    EXPECT_EQ((*read)->status, model_.at(parent).status);
    EXPECT_EQ((std::set<std::string>((*read)->child_ids.begin(), (*read)->child_ids.end())),
              children);
    for (const std::string& child : children) {
      Tell(child, {{.id = parent, .status = (*read)->status}});
    }
    ASSERT_TRUE(links_.DropDependents(parent, (*read)->child_ids).ok());
    dependents_.erase(any);
  }

  void Tell(const std::string& child, const std::vector<EndedParent>& ended) {
    ASSERT_TRUE(links_
                    .EndParents(ShardOfJob(child),
                                {{.child_id = child, .linked = Random(2) == 0, .ended = ended}})
                    .ok());
    for (const EndedParent& parent : ended) {
      const absl::StatusOr<Job> after =
          EndParent(model_.at(child), parent.id, parent.status, WhenTold(child));
      if (after.ok()) model_[child] = *after;
    }
  }

  // A time by which the model does what Redis did by its own.
  absl::Time WhenTold(const std::string& id) {
    const Job live = Live(id);
    const Job& before = model_.at(id);
    if (live.completed_at) return *live.completed_at;
    if (live.status == JobStatus::kDelayed) return *before.not_before - absl::Microseconds(1);
    return before.not_before.value_or(before.queued_at);
  }

  RedisJobLinks links_{client_, scripts_};
  std::map<std::string, std::set<std::string>> dependents_;  // By parent.
};

}  // namespace furnace::scheduler
