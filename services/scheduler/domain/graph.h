#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace furnace::scheduler {

/// A node of a graph of jobs and the nodes that must end before it, by their names.
struct GraphNode {
  std::string name;
  std::vector<std::string> depends_on;
};

/// The positions of `nodes` in an order in which each follows all that it depends on, and
/// which is otherwise that of `nodes`.
///
/// INVALID_ARGUMENT names the node that has another's name, depends on one that there is
/// not, on itself or twice on one, or is part of a cycle.
absl::StatusOr<std::vector<std::size_t>> TopologicalOrder(const std::vector<GraphNode>& nodes);

}  // namespace furnace::scheduler
