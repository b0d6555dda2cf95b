#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/scheduler/app/dependencies.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/request_quota.h"
#include "services/scheduler/app/submitter.h"
#include "services/scheduler/domain/graph.h"

namespace furnace::scheduler {

/// Jobs that depend on each other, of any endpoints of the project.
struct GraphRequest {
  struct Node {
    GraphNode node;
    std::string endpoint_id;
    JobRequest::Item item;  // Without an id and parents; its input refers to names.
  };

  std::string project_id;
  std::string api_key_id = {};  // As JobRequest's.
  std::vector<Node> nodes;
};

/// Queues graphs of jobs: all of a graph's, or none. Blocks. Thread-safe.
///
/// The jobs lie in many shards, and no script reaches them all. Each is queued WAITING for
/// the graph itself; once all are there, one key says that the graph is accepted, and then
/// they are linked and let go. What a crash leaves half done is found by the leaders of
/// the jobs' shards (Dependencies::Recover): where the key says nothing they make it say
/// that the graph is dropped, and cancel its jobs.
class GraphSubmitter {
 public:
  GraphSubmitter(EndpointCatalog& catalog, Submitter& submitter, Dependencies& dependencies,
                 RequestQuota* requests = nullptr)
      : catalog_(catalog),
        submitter_(submitter),
        dependencies_(dependencies),
        requests_(requests) {}

  /// The ids of the jobs by the names of their nodes. Errors: see JobService.SubmitGraph.
  absl::StatusOr<std::map<std::string, std::string>> Submit(GraphRequest request);

 private:
  struct Graph {
    std::string id;
    std::map<std::string, std::string> ids;  // Of jobs, by the names of their nodes.
    std::vector<Submission> submissions;
  };

  absl::StatusOr<std::optional<RequestQuota::Ticket>> Count(const GraphRequest& request);
  absl::StatusOr<Graph> Prepare(GraphRequest request);
  absl::StatusOr<std::vector<Submission>> SubmissionsOf(
      GraphRequest request, const std::string& graph_id,
      const std::map<std::string, std::string>& ids);
  absl::Status Queue(std::vector<Submission> submissions);
  absl::Status QueueAll(const std::string& project_id, Graph& graph);

  EndpointCatalog& catalog_;
  Submitter& submitter_;
  Dependencies& dependencies_;
  RequestQuota* const requests_;  // May be nullptr.
};

}  // namespace furnace::scheduler
