#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/scheduler/domain/job.h"

namespace furnace::scheduler {

/// A job that waits for another one, its parent.
struct JobLink {
  std::string parent_id;
  std::string child_id;  // Empty: nobody waits yet, the parent is only looked for.
};

/// How something ended that a job waited for: a parent, or its graph (as COMPLETED).
struct EndedParent {
  std::string id;
  JobStatus status = JobStatus::kCompleted;
};

/// What a WAITING job is told.
struct ParentNews {
  std::string child_id;
  bool linked = false;  // All its parents know of it from now on.
  std::vector<EndedParent> ended;
};

/// Who waits for a job that has ended.
struct Dependents {
  JobStatus status = JobStatus::kCompleted;  // The job's.
  std::vector<std::string> child_ids;
};

/// A WAITING job whose parents may not know of it.
struct UnlinkedJob {
  std::string id;
  std::string project_id;
  std::vector<std::string> depends_on;
  std::string graph_id;  // Empty: none.
};

/// Who waits for whom, in the queue: a job's children are kept in its shard, a job's
/// unfinished parents in its own. Blocks. All methods may be repeated. Errors: UNAVAILABLE,
/// the queue was not reached and the call may or may not have happened.
class JobLinks {
 public:
  virtual ~JobLinks() = default;

  /// Lets live jobs of a shard know of their children. Gives for each link the parent's
  /// status, which is final for one that nobody has to wait for any more; nullopt when the
  /// project has no such live job.
  virtual absl::StatusOr<std::vector<std::optional<JobStatus>>> Link(
      int shard, const std::string& project_id, const std::vector<JobLink>& links) = 0;

  /// Moves WAITING jobs of a shard by EndParent() of domain/job.h. What a job does not
  /// wait for, and jobs that do not wait, are passed over.
  virtual absl::Status EndParents(int shard, const std::vector<ParentNews>& news) = 0;

  /// At most `limit` children of a job; nullopt when it is not live, or has not ended.
  virtual absl::StatusOr<std::optional<Dependents>> ReadDependents(const std::string& job_id,
                                                                   int limit) = 0;

  /// Forgets children of a job.
  virtual absl::Status DropDependents(const std::string& job_id,
                                      const std::vector<std::string>& child_ids) = 0;

  /// Jobs of a shard that were queued at least `age` ago, WAIT, and are not linked.
  virtual absl::StatusOr<std::vector<UnlinkedJob>> ReadUnlinked(int shard, absl::Duration age,
                                                                int limit) = 0;

  /// Decides whether a graph's jobs are released or dropped, and gives what has been
  /// decided first.
  virtual absl::StatusOr<bool> DecideGraph(const std::string& graph_id, bool commit) = 0;

  /// Lets go of the decision on a graph whose jobs are all linked, once nobody can be
  /// about to ask for it.
  virtual absl::Status ForgetGraph(const std::string& graph_id) = 0;
};

}  // namespace furnace::scheduler
