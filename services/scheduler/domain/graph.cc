#include "services/scheduler/domain/graph.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::scheduler {
namespace {

using Positions = std::map<std::string_view, std::size_t>;

absl::StatusOr<Positions> PositionsOf(const std::vector<GraphNode>& nodes) {
  Positions positions;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (positions.emplace(nodes[i].name, i).second) continue;
    return Error(absl::StatusCode::kInvalidArgument, "nodes[{}].name: '{}' is used twice", i,
                 nodes[i].name);
  }
  return positions;
}

// For each node those that depend on it.
absl::StatusOr<std::vector<std::vector<std::size_t>>> ChildrenOf(
    const std::vector<GraphNode>& nodes, const Positions& positions) {
  const auto refuse = [](const GraphNode& node, std::string_view what) {
    return Error(absl::StatusCode::kInvalidArgument, "node '{}': depends_on: {}", node.name, what);
  };
  std::vector<std::vector<std::size_t>> children(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::set<std::string_view> seen;
    for (const std::string& name : nodes[i].depends_on) {
      const auto parent = positions.find(name);
      if (parent == positions.end()) return refuse(nodes[i], "there is no node '" + name + "'");
      if (parent->second == i) return refuse(nodes[i], "the node itself");
      if (!seen.insert(name).second) return refuse(nodes[i], "'" + name + "' is named twice");
      children[parent->second].push_back(i);
    }
  }
  return children;
}

// Names a node of a cycle: whoever has no place has a parent that has none either, and who
// goes from parent to parent for as long as there are nodes ends up in a cycle.
absl::Status Cycle(const std::vector<GraphNode>& nodes, const Positions& positions,
                   const std::vector<std::size_t>& missing) {
  std::size_t at = 0;
  while (missing[at] == 0) ++at;
  for (std::size_t step = 0; step < nodes.size(); ++step) {
    for (const std::string& name : nodes[at].depends_on) {
      const std::size_t parent = positions.at(name);
      if (missing[parent] == 0) continue;
      at = parent;
      break;
    }
  }
  return Error(absl::StatusCode::kInvalidArgument, "node '{}': depends_on: it is part of a cycle",
               nodes[at].name);
}

}  // namespace

absl::StatusOr<std::vector<std::size_t>> TopologicalOrder(const std::vector<GraphNode>& nodes) {
  FURNACE_ASSIGN_OR_RETURN(const Positions positions, PositionsOf(nodes));
  FURNACE_ASSIGN_OR_RETURN(const auto children, ChildrenOf(nodes, positions));
  std::vector<std::size_t> missing;  // Parents that have no place yet, of each node.
  std::set<std::size_t> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    missing.push_back(nodes[i].depends_on.size());
    if (missing[i] == 0) ready.insert(i);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t next = ready.extract(ready.begin()).value();
    order.push_back(next);
    for (const std::size_t child : children[next]) {
      if (--missing[child] == 0) ready.insert(child);
    }
  }
  if (order.size() < nodes.size()) return Cycle(nodes, positions, missing);
  return order;
}

}  // namespace furnace::scheduler
