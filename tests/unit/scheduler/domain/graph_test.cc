#include "services/scheduler/domain/graph.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

struct Case {
  const char* name;
  std::vector<GraphNode> nodes;
  std::vector<std::size_t> order;
  const char* error;  // Empty: none.
};

const Case kCases[] = {
    {"no node", {}, {}, ""},
    {"one node", {{"a", {}}}, {0}, ""},
    {"no edges keep their order", {{"b", {}}, {"a", {}}}, {0, 1}, ""},
    {"a chain from its end", {{"c", {"b"}}, {"b", {"a"}}, {"a", {}}}, {2, 1, 0}, ""},
    {"a diamond", {{"d", {"b", "c"}}, {"b", {"a"}}, {"c", {"a"}}, {"a", {}}}, {3, 1, 2, 0}, ""},
    {"two parts", {{"b", {"a"}}, {"x", {}}, {"a", {}}, {"y", {"x"}}}, {1, 2, 0, 3}, ""},
    {"a name twice", {{"a", {}}, {"a", {}}}, {}, "nodes[1].name: 'a' is used twice"},
    {"an unknown parent", {{"a", {"z"}}}, {}, "node 'a': depends_on: there is no node 'z'"},
    {"itself", {{"a", {"a"}}}, {}, "node 'a': depends_on: the node itself"},
    {"a parent twice",
     {{"a", {}}, {"b", {"a", "a"}}},
     {},
     "node 'b': depends_on: 'a' is named twice"},
    {"a cycle of two",
     {{"a", {"b"}}, {"b", {"a"}}},
     {},
     "node 'a': depends_on: it is part of a cycle"},
    {"a cycle behind others that follow it",
     {{"after", {"x"}}, {"last", {"after"}}, {"x", {"y"}}, {"y", {"x", "root"}}, {"root", {}}},
     {},
     "node 'x': depends_on: it is part of a cycle"},
};

TEST(GraphTest, EachNodeFollowsThoseItDependsOn) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto order = TopologicalOrder(c.nodes);
    if (*c.error != '\0') {
      EXPECT_TRUE(absl::IsInvalidArgument(order.status()));
      EXPECT_EQ(order.status().message(), c.error);
      continue;
    }
    ASSERT_TRUE(order.ok()) << order.status();
    EXPECT_EQ(*order, c.order);
  }
}

TEST(GraphTest, ALongChainIsOrdered) {
  constexpr int kNodes = 1000;
  std::vector<GraphNode> nodes;
  for (int i = 0; i < kNodes; ++i) {
    nodes.push_back({.name = std::to_string(i), .depends_on = {}});
    if (i + 1 < kNodes) nodes.back().depends_on = {std::to_string(i + 1)};
  }
  const auto order = TopologicalOrder(nodes);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->front(), 999U);
  EXPECT_EQ(order->back(), 0U);
  nodes.back().depends_on = {"0"};
  EXPECT_TRUE(absl::IsInvalidArgument(TopologicalOrder(nodes).status()));
}

}  // namespace
}  // namespace furnace::scheduler
