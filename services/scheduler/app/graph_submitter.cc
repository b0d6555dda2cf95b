#include "services/scheduler/app/graph_submitter.h"

#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/scheduler/app/await.h"
#include "services/scheduler/app/output_references.h"

namespace furnace::scheduler {
namespace {

using Ids = std::map<std::string, std::string>;

// Has the job depend on, and its input refer to, jobs where it did nodes.
absl::Status NameByIds(GraphRequest::Node& node, const Ids& ids) {
  FURNACE_ASSIGN_OR_RETURN(const auto references, FindReferences(node.item.input));
  FURNACE_RETURN_IF_ERROR(CheckSources(references, node.node.depends_on));
  std::vector<std::string> texts;
  for (const OutputReference& reference : references) {
    texts.push_back(R"({"$output":")" + ids.at(reference.source) + R"(","pointer":)" +
                    json::Quote(reference.pointer) + "}");
  }
  if (!references.empty()) node.item.input = Replace(node.item.input, references, texts);
  node.item.refers_to_outputs = !references.empty();
  for (const std::string& name : node.node.depends_on) {
    node.item.depends_on.push_back(ids.at(name));
  }
  return absl::OkStatus();
}

std::vector<UnlinkedJob> JobsOf(const std::vector<Submission>& submissions) {
  std::vector<UnlinkedJob> jobs;
  for (const Submission& submission : submissions) {
    for (const Submission::Item& item : submission.items) {
      jobs.push_back({.id = item.id,
                      .project_id = submission.project_id,
                      .depends_on = item.depends_on,
                      .graph_id = item.graph_id});
    }
  }
  return jobs;
}

}  // namespace

absl::StatusOr<std::vector<Submission>> GraphSubmitter::SubmissionsOf(GraphRequest request,
                                                                      const std::string& graph_id,
                                                                      const Ids& ids) {
  std::map<std::string, JobRequest> by_endpoint;
  for (GraphRequest::Node& node : request.nodes) {
    FURNACE_RETURN_IF_ERROR(Annotate(NameByIds(node, ids), "node '" + node.node.name + "'"));
    node.item.id = ids.at(node.node.name);
    JobRequest& jobs = by_endpoint[node.endpoint_id];
    jobs.project_id = request.project_id;
    jobs.endpoint_id = node.endpoint_id;
    jobs.api_key_id = request.api_key_id;
    jobs.graph_id = graph_id;
    jobs.items.push_back(std::move(node.item));
  }
  std::vector<Submission> submissions;
  for (auto& [endpoint_id, jobs] : by_endpoint) {
    FURNACE_ASSIGN_OR_RETURN(Submission submission, submitter_.Prepare(std::move(jobs)));
    submission.counted = true;
    submissions.push_back(std::move(submission));
  }
  return submissions;
}

// All at once, for the graph is dropped when it takes more than some seconds.
absl::Status GraphSubmitter::Queue(std::vector<Submission> submissions) {
  std::vector<std::future<absl::Status>> results;
  for (Submission& submission : submissions) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    results.push_back(promise->get_future());
    submitter_.Submit(std::move(submission), [promise](absl::StatusOr<SubmitResult> result) {
      promise->set_value(result.status());
    });
  }
  absl::Status first;
  for (std::future<absl::Status>& result : results) first.Update(result.get());
  return first;
}

absl::StatusOr<GraphSubmitter::Graph> GraphSubmitter::Prepare(GraphRequest request) {
  std::vector<GraphNode> nodes;
  for (const GraphRequest::Node& node : request.nodes) nodes.push_back(node.node);
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::size_t> order, TopologicalOrder(nodes));
  Graph graph;
  for (const std::size_t position : order) {  // Ids rise from parents to children.
    const GraphRequest::Node& node = request.nodes[position];
    FURNACE_RETURN_IF_ERROR(
        Annotate(catalog_.FindFor(request.project_id, node.endpoint_id).status(),
                 "node '" + node.node.name + "'"));
    graph.ids[node.node.name] = submitter_.NewJobId(node.endpoint_id);
  }
  // In that job's shard.
  graph.id = submitter_.NewJobId(request.nodes[order.front()].endpoint_id);
  FURNACE_ASSIGN_OR_RETURN(graph.submissions,
                           SubmissionsOf(std::move(request), graph.id, graph.ids));
  return graph;
}

absl::Status GraphSubmitter::QueueAll(const std::string& project_id, Graph& graph) {
  const std::vector<UnlinkedJob> jobs = JobsOf(graph.submissions);
  const absl::Status queued = Queue(std::move(graph.submissions));
  if (queued.ok()) return dependencies_.Accept(project_id, graph.id, jobs);
  dependencies_.Drop(graph.id, jobs);
  return queued;
}

absl::StatusOr<std::optional<RequestQuota::Ticket>> GraphSubmitter::Count(
    const GraphRequest& request) {
  if (requests_ == nullptr || !requests_->Limits(request.project_id)) return std::nullopt;
  const auto jobs = static_cast<std::int64_t>(request.nodes.size());
  return Await<RequestQuota::Ticket>([&](Done<RequestQuota::Ticket> done) {
    requests_->Take(request.project_id, jobs, std::move(done));
  });
}

// A graph counts whole, and not at all when it was certainly not queued.
absl::StatusOr<Ids> GraphSubmitter::Submit(GraphRequest request) {
  FURNACE_ASSIGN_OR_RETURN(const std::optional<RequestQuota::Ticket> ticket, Count(request));
  const std::string project_id = request.project_id;
  absl::StatusOr<Graph> graph = Prepare(std::move(request));
  const absl::Status queued = graph.ok() ? QueueAll(project_id, *graph) : graph.status();
  if (queued.ok()) return graph->ids;
  const bool refused = !absl::IsUnavailable(queued) && !absl::IsDeadlineExceeded(queued);
  if (ticket && (refused || !graph.ok())) requests_->GiveBack(*ticket);
  return queued;
}

}  // namespace furnace::scheduler
