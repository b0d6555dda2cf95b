#include "services/scheduler/app/dependencies.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/domain/shard.h"

namespace furnace::scheduler {
namespace {

// In one run of a script, which stops the queue for as long as it takes.
constexpr std::size_t kMaxLinks = 500;
constexpr std::size_t kMaxNews = 100;
constexpr int kMaxDependents = 100;
constexpr int kMaxRecovered = 100;
// Who has queued a job has linked it by then, or died. A graph that is not accepted by
// then is dropped.
constexpr absl::Duration kLinkWithin = absl::Seconds(5);
// Runs for one job's dependents, more than there can be.
constexpr int kMaxRounds = 100'000;

// Calls `use` with `items`, at most `limit` at a time.
template <typename T, typename Use>
absl::Status InPages(const std::vector<T>& items, std::size_t limit, Use use) {
  for (std::size_t begin = 0; begin < items.size(); begin += limit) {
    const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto size = std::min(limit, items.size() - begin);
    FURNACE_RETURN_IF_ERROR(use(std::vector<T>(first, first + static_cast<std::ptrdiff_t>(size))));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Dependencies::CheckParents(const std::string& project_id,
                                        const std::vector<std::string>& parents) {
  // As if a job that nobody waits for depended on them.
  const absl::Status status =
      LinkToParents(project_id,
                    {{.id = {}, .project_id = project_id, .depends_on = parents, .graph_id = {}}})
          .status();
  return absl::IsNotFound(status) ? Annotate(status, "depends_on") : status;
}

// A job leaves the queue only as it is final and in history, so one that is not there is
// in history.
absl::StatusOr<JobStatus> Dependencies::PastStatus(const std::string& job_id,
                                                   const std::string& project_id) {
  FURNACE_ASSIGN_OR_RETURN(const JobRecord record, history_.Get(job_id, project_id));
  if (IsFinal(record.job.status)) return record.job.status;
  return Error(absl::StatusCode::kUnavailable, "job {} comes back to the queue", job_id);
}

absl::StatusOr<Dependencies::Ended> Dependencies::LinkToParents(
    const std::string& project_id, const std::vector<UnlinkedJob>& jobs) {
  std::map<int, std::vector<JobLink>> by_shard;
  for (const UnlinkedJob& job : jobs) {
    for (const std::string& parent : job.depends_on) {
      by_shard[ShardOfJob(parent)].push_back({.parent_id = parent, .child_id = job.id});
    }
  }
  Ended ended;
  const auto link = [&](int shard, const std::vector<JobLink>& links) -> absl::Status {
    FURNACE_ASSIGN_OR_RETURN(const auto statuses, links_.Link(shard, project_id, links));
    for (std::size_t i = 0; i < links.size(); ++i) {
      std::optional<JobStatus> status = statuses.at(i);
      if (!status) {
        const absl::StatusOr<JobStatus> past = PastStatus(links[i].parent_id, project_id);
        // One that was there when its child was queued, and is lost, does not complete.
        const bool lost = absl::IsNotFound(past.status()) && !links[i].child_id.empty();
        if (!lost) FURNACE_RETURN_IF_ERROR(past.status());
        status = lost ? JobStatus::kFailed : *past;
      }
      if (!IsFinal(*status)) continue;
      ended[links[i].child_id].push_back({.id = links[i].parent_id, .status = *status});
    }
    return absl::OkStatus();
  };
  for (const auto& [shard, links] : by_shard) {
    FURNACE_RETURN_IF_ERROR(InPages(
        links, kMaxLinks, [&, shard = shard](const auto& page) { return link(shard, page); }));
  }
  return ended;
}

absl::Status Dependencies::Link(const std::string& project_id,
                                const std::vector<UnlinkedJob>& jobs) {
  FURNACE_ASSIGN_OR_RETURN(Ended ended, LinkToParents(project_id, jobs));
  std::map<int, std::vector<ParentNews>> news;
  for (const UnlinkedJob& job : jobs) {
    ParentNews of_job{.child_id = job.id, .linked = true, .ended = std::move(ended[job.id])};
    if (!job.graph_id.empty()) {
      of_job.ended.push_back({.id = job.graph_id, .status = JobStatus::kCompleted});
    }
    news[ShardOfJob(job.id)].push_back(std::move(of_job));
  }
  return Tell(std::move(news));
}

absl::Status Dependencies::Tell(std::map<int, std::vector<ParentNews>> news) {
  for (const auto& [shard, in_shard] : news) {
    FURNACE_RETURN_IF_ERROR(InPages(in_shard, kMaxNews, [&, shard = shard](const auto& page) {
      return links_.EndParents(shard, page);
    }));
  }
  return absl::OkStatus();
}

absl::Status Dependencies::TellDependents(const std::string& job_id) {
  for (int round = 0; round < kMaxRounds; ++round) {
    FURNACE_ASSIGN_OR_RETURN(const std::optional<Dependents> dependents,
                             links_.ReadDependents(job_id, kMaxDependents));
    if (!dependents || dependents->child_ids.empty()) break;
    std::map<int, std::vector<ParentNews>> news;
    for (const std::string& id : dependents->child_ids) {
      news[ShardOfJob(id)].push_back({.child_id = id,
                                      .linked = false,
                                      .ended = {{.id = job_id, .status = dependents->status}}});
    }
    FURNACE_RETURN_IF_ERROR(Tell(std::move(news)));
    FURNACE_RETURN_IF_ERROR(links_.DropDependents(job_id, dependents->child_ids));
  }
  return absl::OkStatus();
}

absl::Status Dependencies::Recover(int shard) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<UnlinkedJob> jobs,
                           links_.ReadUnlinked(shard, kLinkWithin, kMaxRecovered));
  absl::Status first;
  for (const UnlinkedJob& job : jobs) first.Update(RecoverOne(job));
  return first;
}

absl::Status Dependencies::RecoverOne(const UnlinkedJob& job) {
  if (!job.graph_id.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const bool accepted, links_.DecideGraph(job.graph_id, false));
    if (!accepted) return Cancel(job);
  }
  return Link(job.project_id, {job});
}

absl::Status Dependencies::Cancel(const UnlinkedJob& job) {
  return Await<std::optional<CancelledJob>>([&](Done<std::optional<CancelledJob>> done) {
           queue_.Cancel(job.id, job.project_id, std::move(done));
         })
      .status();
}

absl::Status Dependencies::Accept(const std::string& project_id, const std::string& graph_id,
                                  const std::vector<UnlinkedJob>& jobs) {
  FURNACE_ASSIGN_OR_RETURN(const bool accepted, links_.DecideGraph(graph_id, true));
  if (!accepted) {
    Drop(graph_id, jobs);
    return absl::UnavailableError("the graph took too long to be queued");
  }
  absl::Status linked = Link(project_id, jobs);
  if (linked.ok()) linked = links_.ForgetGraph(graph_id);
  if (!linked.ok()) spdlog::warn("graph {} to be linked later: {}", graph_id, linked.ToString());
  return absl::OkStatus();
}

// What fails here is left to Recover.
void Dependencies::Drop(const std::string& graph_id, const std::vector<UnlinkedJob>& jobs) {
  const absl::StatusOr<bool> accepted = links_.DecideGraph(graph_id, false);
  if (!accepted.ok() || *accepted) return;
  for (const UnlinkedJob& job : jobs) {
    const absl::Status status = Cancel(job);
    if (!status.ok()) spdlog::warn("job {} to be cancelled later: {}", job.id, status.ToString());
  }
}

}  // namespace furnace::scheduler
