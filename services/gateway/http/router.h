#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/gateway/domain/caller.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/http/metrics.h"
#include "services/gateway/http/target.h"

namespace furnace::gateway::http {

/// A request that has found its route and been let in.
struct Request {
  std::shared_ptr<Exchange> exchange;
  std::vector<std::string> parameters;  // Of the path, decoded, in order.
  std::string query;                    // As sent.
  std::string body;
  CallerPtr caller;         // Null on a route that is open to everyone.
  std::string traceparent;  // Empty unless well-formed.
};

/// What is served at a place.
struct Route {
  std::string method;  // "GET"
  /// "/v1/jobs/{job_id}": a template; {x} stands for one segment.
  std::string path;
  /// kNone: open to everyone, without credentials.
  Role needed = Role::kNone;
  /// Largest body in bytes; 0: none is read.
  std::size_t body_limit = 0;
  /// Whether the answer has no end in sight: such a route is not for HEAD.
  bool streams = false;
  /// Whether credentials may also come as ?token=, for clients that cannot set
  /// headers.
  bool token_in_query = false;
  std::function<void(Request)> serve;
};

/// Finds the route of a request: a tree over the path's segments, so that the
/// number of routes does not matter. Built first, then read by many threads.
class Router {
 public:
  struct Served {
    explicit Served(Route served) : metrics(served.method, served.path), route(std::move(served)) {}

    RouteMetrics metrics;
    Route route;
  };
  struct Match {
    const Served* served = nullptr;  // Null when the method is not served here.
    std::string allow;               // The methods that are; set when it is not.
    std::vector<std::string> parameters;
  };

  /// ALREADY_EXISTS when the place is taken, INVALID_ARGUMENT for a bad template.
  absl::Status Add(Route route);

  /// NOT_FOUND when nothing is served at this path, INVALID_ARGUMENT when a
  /// parameter does not decode. HEAD finds the route of GET.
  absl::StatusOr<Match> Find(std::string_view method, const Target& target) const;

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::map<std::string, std::unique_ptr<Served>, std::less<>> methods;
  };

  static const Node* Walk(const Node& node, const Target& target, std::size_t depth,
                          std::vector<std::string_view>& parameters);

  Node root_;
};

}  // namespace furnace::gateway::http
