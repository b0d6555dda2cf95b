#include "services/gateway/http/router.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::gateway::http {
namespace {

// What OPTIONS and 405 tell of a place.
template <typename Methods>
std::string AllowOf(const Methods& methods) {
  std::string allow = "OPTIONS";
  for (const auto& [method, served] : methods) {
    allow += ", " + method;
    if (method == "GET" && !served->route.streams) allow += ", HEAD";
  }
  return allow;
}

bool IsParameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace

absl::Status Router::Add(Route route) {
  FURNACE_ASSIGN_OR_RETURN(const Target target, ParseTarget(route.path));
  Node* node = &root_;
  for (const std::string_view segment : target.segments) {
    if (!IsParameter(segment) && segment.find_first_of("{}*:") != std::string_view::npos) {
      return Error(absl::StatusCode::kInvalidArgument, "{}: a template segment is text or {{name}}",
                   route.path);
    }
    std::unique_ptr<Node>& next =
        IsParameter(segment) ? node->parameter : node->literals[std::string(segment)];
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
  }
  std::unique_ptr<Served>& place = node->methods[route.method];
  if (place != nullptr) {
    return Error(absl::StatusCode::kAlreadyExists, "{} {} is served already", route.method,
                 route.path);
  }
  place = std::make_unique<Served>(std::move(route));
  return absl::OkStatus();
}

// A literal goes before a parameter; the templates of an API are few, so going
// back to try the other costs nothing.
const Router::Node* Router::Walk(const Node& node, const Target& target, std::size_t depth,
                                 std::vector<std::string_view>& parameters) {
  if (depth == target.segments.size()) return node.methods.empty() ? nullptr : &node;
  const std::string_view segment = target.segments[depth];
  const auto literal = node.literals.find(segment);
  if (literal != node.literals.end()) {
    const Node* found = Walk(*literal->second, target, depth + 1, parameters);
    if (found != nullptr) return found;
  }
  if (node.parameter == nullptr || segment.empty()) return nullptr;
  parameters.push_back(segment);
  const Node* found = Walk(*node.parameter, target, depth + 1, parameters);
  if (found == nullptr) parameters.pop_back();
  return found;
}

absl::StatusOr<Router::Match> Router::Find(std::string_view method, const Target& target) const {
  std::vector<std::string_view> raw;
  const Node* node = Walk(root_, target, 0, raw);
  if (node == nullptr) return absl::NotFoundError("no such route");
  Match match;
  const auto served = node->methods.find(method == "HEAD" ? "GET" : method);
  if (served == node->methods.end() || (method == "HEAD" && served->second->route.streams)) {
    match.allow = AllowOf(node->methods);
    return match;
  }
  match.served = served->second.get();
  for (const std::string_view parameter : raw) {
    FURNACE_ASSIGN_OR_RETURN(std::string decoded, Decode(parameter, false));
    match.parameters.push_back(std::move(decoded));
  }
  return match;
}

}  // namespace furnace::gateway::http
