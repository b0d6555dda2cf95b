#include "services/scheduler/rpc/graph_request.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/job_request.h"

namespace furnace::scheduler::rpc {
namespace {

// Limits of job_service.proto.
constexpr std::size_t kMaxInputBytes = 10 << 20;
constexpr int kMaxNodes = 1000;
constexpr int kMaxParents = 100;
constexpr std::size_t kMaxNameBytes = 63;

absl::Status CheckName(const std::string& field, std::string_view name) {
  const auto is_of_name = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  const bool good = !name.empty() && name.size() <= kMaxNameBytes &&
                    std::all_of(name.begin(), name.end(), is_of_name);
  if (good) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "{}: not 1-63 characters of [A-Za-z0-9_.-]",
               field);
}

absl::StatusOr<GraphRequest::Node> ToNode(const std::string& name, const v1::GraphNode& node,
                                          std::size_t room, absl::Time now) {
  FURNACE_RETURN_IF_ERROR(CheckName(name + ".name", node.name()));
  FURNACE_RETURN_IF_ERROR(CheckUuid(name + ".endpoint_id", node.endpoint_id()));
  FURNACE_RETURN_IF_ERROR(CheckInput(name + ".input", node.input(), room));
  FURNACE_RETURN_IF_ERROR(
      CheckRange(name + ".depends_on: number of nodes", node.depends_on_size(), 0, kMaxParents));
  if (node.options().depends_on_size() > 0) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "{}.options.depends_on: not in a graph, whose nodes have their own", name);
  }
  GraphRequest::Node out;
  out.node = {.name = node.name(),
              .depends_on = {node.depends_on().begin(), node.depends_on().end()}};
  out.endpoint_id = node.endpoint_id();
  FURNACE_ASSIGN_OR_RETURN(out.item,
                           ToItem(name, node.input(), node.priority(), node.options(), now));
  return out;
}

}  // namespace

absl::StatusOr<GraphRequest> ToGraphRequest(const furnace::rpc::CallContext& call,
                                            const v1::SubmitGraphRequest& request, absl::Time now) {
  GraphRequest graph;
  FURNACE_ASSIGN_OR_RETURN(graph.project_id, furnace::rpc::ProjectOf(call));
  graph.api_key_id = furnace::rpc::ApiKeyOf(call);
  FURNACE_RETURN_IF_ERROR(CheckRange("nodes", request.nodes_size(), 1, kMaxNodes));
  std::size_t room = kMaxInputBytes;
  for (int i = 0; i < request.nodes_size(); ++i) {
    const std::string name = fmt::format("nodes[{}]", i);
    FURNACE_ASSIGN_OR_RETURN(GraphRequest::Node node, ToNode(name, request.nodes(i), room, now));
    room -= node.item.input.size();
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

}  // namespace furnace::scheduler::rpc
