#include "services/scheduler/storage/redis/job_links.h"

#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/domain/shard.h"
#include "services/scheduler/storage/redis/job_codec.h"
#include "services/scheduler/storage/redis/reply.h"

namespace furnace::scheduler {
namespace {

using Words = redis::Client::Words;

// Far longer than a leader takes from finding a job to asking for its graph.
constexpr absl::Duration kGraphKept = absl::Hours(1);

std::string Millis(absl::Duration duration) {
  return std::to_string(absl::ToInt64Milliseconds(duration));
}

std::string PrefixOf(const std::string& job_id) { return ShardPrefix(ShardOfJob(job_id)); }

}  // namespace

absl::StatusOr<std::vector<std::optional<JobStatus>>> RedisJobLinks::Link(
    int shard, const std::string& project_id, const std::vector<JobLink>& links) {
  Words args = {project_id};
  for (const JobLink& link : links) {
    args.push_back(link.parent_id);
    args.push_back(link.child_id);
  }
  FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                           client_.RunAndWait(scripts_.link, {ShardPrefix(shard)}, args));
  const auto numbers = Elements(*reply);
  if (numbers.size() != links.size()) {
    return absl::InternalError("link_jobs.lua answered too little");
  }
  std::vector<std::optional<JobStatus>> statuses;
  for (const redisReply* number : numbers) {
    statuses.emplace_back();
    if (Int(*number) == 0) continue;
    FURNACE_ASSIGN_OR_RETURN(statuses.back(), JobStatusFromNumber(static_cast<int>(Int(*number))));
  }
  return statuses;
}

absl::Status RedisJobLinks::EndParents(int shard, const std::vector<ParentNews>& news) {
  Words args;
  for (const ParentNews& of_job : news) {
    args.push_back(of_job.child_id);
    args.emplace_back(of_job.linked ? "1" : "");
    args.push_back(std::to_string(of_job.ended.size()));
    for (const EndedParent& parent : of_job.ended) {
      args.push_back(parent.id);
      args.push_back(std::to_string(static_cast<int>(parent.status)));
    }
  }
  return client_.RunAndWait(scripts_.end_parents, {ShardPrefix(shard)}, args).status();
}

absl::StatusOr<std::optional<Dependents>> RedisJobLinks::ReadDependents(const std::string& job_id,
                                                                        int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const redis::Reply reply,
      client_.RunAndWait(scripts_.dependents, {PrefixOf(job_id)}, {job_id, std::to_string(limit)}));
  const auto parts = Elements(*reply);
  if (parts.size() != 2) return std::nullopt;
  Dependents dependents;
  FURNACE_ASSIGN_OR_RETURN(dependents.status,
                           JobStatusFromNumber(static_cast<int>(Int(*parts[0]))));
  for (const redisReply* id : Elements(*parts[1])) dependents.child_ids.emplace_back(Text(*id));
  return dependents;
}

absl::Status RedisJobLinks::DropDependents(const std::string& job_id,
                                           const std::vector<std::string>& child_ids) {
  Words words = {"SREM", PrefixOf(job_id) + "dependents:" + job_id};
  words.insert(words.end(), child_ids.begin(), child_ids.end());
  return client_.SendAndWait(std::move(words)).status();
}

absl::StatusOr<std::vector<UnlinkedJob>> RedisJobLinks::ReadUnlinked(int shard, absl::Duration age,
                                                                     int limit) {
  FURNACE_ASSIGN_OR_RETURN(
      const redis::Reply reply,
      client_.RunAndWait(scripts_.unlinked, {ShardPrefix(shard)},
                         {std::to_string(absl::ToInt64Microseconds(age)), std::to_string(limit)}));
  std::vector<UnlinkedJob> jobs;
  for (const redisReply* element : Elements(*reply)) {
    const auto words = Elements(*element);
    if (words.size() != 4) return absl::InternalError("read_unlinked.lua answered too little");
    Job job;
    DecodeDependencies(Text(*words[2]), job);
    jobs.push_back({.id = std::string(Text(*words[0])),
                    .project_id = std::string(Text(*words[1])),
                    .depends_on = std::move(job.depends_on),
                    .graph_id = std::string(Text(*words[3]))});
  }
  return jobs;
}

absl::StatusOr<bool> RedisJobLinks::DecideGraph(const std::string& graph_id, bool commit) {
  FURNACE_ASSIGN_OR_RETURN(const redis::Reply reply,
                           client_.RunAndWait(scripts_.decide, {PrefixOf(graph_id)},
                                              {graph_id, commit ? "commit" : "abort"}));
  return Text(*reply) == "commit";
}

absl::Status RedisJobLinks::ForgetGraph(const std::string& graph_id) {
  return client_
      .SendAndWait({"PEXPIRE", PrefixOf(graph_id) + "graph:" + graph_id, Millis(kGraphKept)})
      .status();
}

}  // namespace furnace::scheduler
