#include "cli/commands/graph_request.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(GraphJsonTest, NamesOfEndpointsBecomeIds) {
  int asked = 0;
  const auto resolve = [&asked](const std::string& name) -> absl::StatusOr<std::string> {
    ++asked;
    return "id-of-" + name;
  };
  const std::string nodes =
      R"([{"name":"a","endpoint":"x","input":[1]},{"name":"b","endpoint":"x"},)"
      R"({"endpoint_id":"y"}])";
  const std::string expected = R"({"nodes":[{"name":"a","endpoint_id":"id-of-x","input":[1]},)"
                               R"({"name":"b","endpoint_id":"id-of-x"},{"endpoint_id":"y"}]})";
  EXPECT_EQ(GraphJson(nodes, resolve).value(), expected);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(GraphJson(R"({"nodes":)" + nodes + "}", resolve).value(), expected);
}

TEST(GraphJsonTest, AnotherShapeIsRefused) {
  const auto resolve = [](const std::string&) -> absl::StatusOr<std::string> {
    return absl::NotFoundError("no such endpoint");
  };
  for (const char* text :
       {"1", "{}", R"({"nodes":1})", "[1]", R"({"nodes":[],"more":1})", R"([{"endpoint":7}])"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(GraphJson(text, resolve).status())) << text;
  }
  EXPECT_TRUE(absl::IsNotFound(GraphJson(R"([{"endpoint":"x"}])", resolve).status()));
}

}  // namespace
}  // namespace furnace::cli
