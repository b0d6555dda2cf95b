#include "cli/commands/graph_request.h"

#include <map>
#include <vector>

#include "cli/commands/json_object.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

absl::StatusOr<std::string_view> NodesOf(std::string_view text) {
  if (json::KindOf(text) == json::Kind::kArray) return text;
  FURNACE_ASSIGN_OR_RETURN(const std::vector<json::Member> members, json::Members(text));
  if (members.size() == 1 && members[0].key == "nodes") return members[0].value;
  return absl::InvalidArgumentError("a graph is a list of nodes, or {\"nodes\": [...]}");
}

}  // namespace

absl::StatusOr<std::string> GraphJson(std::string_view text, const EndpointResolver& resolve) {
  FURNACE_ASSIGN_OR_RETURN(const std::string_view list, NodesOf(text));
  FURNACE_ASSIGN_OR_RETURN(const auto nodes, json::Elements(list));
  std::map<std::string, std::string> ids;
  std::string out;
  for (const std::string_view node : nodes) {
    FURNACE_ASSIGN_OR_RETURN(const std::vector<json::Member> members, json::Members(node));
    JsonObject object;
    for (const json::Member& member : members) {
      if (member.key != "endpoint") {
        object.AddRaw(member.key, std::string(member.value));
        continue;
      }
      FURNACE_ASSIGN_OR_RETURN(const std::string name, json::AsString(member.value));
      if (!ids.contains(name)) {
        FURNACE_ASSIGN_OR_RETURN(ids[name], resolve(name));
      }
      object.AddRaw("endpoint_id", json::Quote(ids[name]));
    }
    out += (out.empty() ? "" : ",") + object.ToString();
  }
  return R"({"nodes":[)" + out + "]}";
}

}  // namespace furnace::cli
