#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/rebuild_ports.h"

namespace furnace::scheduler {

/// What became of a page of a rebuild; see RebuildResponse in queue_service.proto.
struct Rebuilt {
  int examined = 0;
  int live = 0;
  int restored = 0;
  int left_out = 0;
  std::string last_id;  // Where the next page begins; empty: there is none.
};

/// Puts jobs back that the queue has lost. Blocks. Thread-safe.
///
/// A job leaves the queue only when history has its end. So one that the queue does not
/// have and that history, asked after that, does not know to be final, is lost; and a
/// rebuild harms nothing while the queue works.
class Rebuilder {
 public:
  /// Jobs in a page.
  static constexpr int kPage = 1000;

  Rebuilder(UnfinishedJobs& history, LostJobs& queue, EndpointCatalog& catalog, int shards)
      : history_(history), queue_(queue), catalog_(catalog), shards_(shards) {}

  /// The page of jobs with ids above `after_id`; empty: the first. Errors of the ports.
  absl::StatusOr<Rebuilt> Rebuild(const std::string& after_id);

 private:
  absl::StatusOr<std::vector<std::string>> Missing(const std::vector<std::string>& ids);
  absl::StatusOr<LostJob> Prepare(JobRecord record);
  absl::StatusOr<int> PutBack(const std::map<int, std::vector<LostJob>>& by_shard);

  UnfinishedJobs& history_;
  LostJobs& queue_;
  EndpointCatalog& catalog_;
  const int shards_;
};

}  // namespace furnace::scheduler
