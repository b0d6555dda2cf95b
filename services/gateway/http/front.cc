#include "services/gateway/http/front.h"

#include <string>
#include <string_view>
#include <utility>

#include "services/gateway/domain/credentials.h"
#include "services/gateway/http/errors.h"

namespace furnace::gateway::http {
namespace {

void Refuse(Exchange& exchange, const absl::Status& status) {
  exchange.Send(ErrorResponse(status, exchange.RequestId()));
}

void AnswerOtherMethod(Exchange& exchange, const std::string& allow) {
  Response response;
  if (exchange.Method() == "OPTIONS") {
    response.status = 204;
  } else {
    response =
        ErrorResponse(405, "METHOD_NOT_ALLOWED", "allowed here: " + allow, exchange.RequestId());
  }
  response.headers.push_back({"Allow", allow});
  exchange.Send(std::move(response));
}

std::string TokenOf(std::string_view query) {
  const auto parameters = ParseQuery(query);
  if (!parameters.ok()) return "";
  for (const auto& [name, value] : *parameters) {
    if (name == "token") return value;
  }
  return "";
}

std::string KeyOf(const Exchange& exchange, const Route& route, std::string_view query) {
  std::string_view key = KeyOfAuthorization(exchange.Header("Authorization"));
  if (key.empty()) key = exchange.Header("X-API-Key");
  if (key.empty() && route.token_in_query) return TokenOf(query);
  return std::string(key);
}

// A media type without its parameters. Form-encoded is what `curl -d` and RunPod's
// workers call the JSON they send.
bool MayBeJson(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type.empty() || type == "application/json" || type == "application/x-www-form-urlencoded";
}

void ReadBodyAndServe(const Route& route, Request request) {
  const std::shared_ptr<Exchange> exchange = request.exchange;
  if (route.body_limit == 0 || !exchange->HasBody()) {
    route.serve(std::move(request));
    return;
  }
  if (!MayBeJson(exchange->Header("Content-Type"))) {
    exchange->Send(ErrorResponse(415, "UNSUPPORTED_MEDIA_TYPE",
                                 "the body must be JSON: Content-Type: application/json",
                                 exchange->RequestId()));
    return;
  }
  exchange->ReadBody(route.body_limit,
                     [&route, request = std::move(request)](std::string body) mutable {
                       request.body = std::move(body);
                       route.serve(std::move(request));
                     });
}

void Enter(const Route& route, Request request, absl::StatusOr<CallerPtr> caller) {
  Exchange& exchange = *request.exchange;
  if (!caller.ok()) return Refuse(exchange, caller.status());
  const absl::Status allowed = Authorize(**caller, route.needed);
  if (!allowed.ok()) return Refuse(exchange, allowed);
  request.caller = *std::move(caller);
  exchange.ChargeTo(request.caller->project_id);
  ReadBodyAndServe(route, std::move(request));
}

}  // namespace

void Front::Handle(std::shared_ptr<Exchange> exchange) {
  if (exchange->Method() == "OPTIONS" && exchange->Target() == "*") {
    return AnswerOtherMethod(*exchange, "OPTIONS, GET, HEAD, POST, PUT, PATCH, DELETE");
  }
  const absl::StatusOr<Target> target = ParseTarget(exchange->Target());
  if (!target.ok()) return Refuse(*exchange, target.status());
  absl::StatusOr<Router::Match> match = router_.Find(exchange->Method(), *target);
  if (!match.ok()) return Refuse(*exchange, match.status());
  if (match->served == nullptr) return AnswerOtherMethod(*exchange, match->allow);

  const Route& route = match->served->route;
  exchange->CountAs(match->served->metrics);
  Request request;
  request.exchange = exchange;
  request.parameters = std::move(match->parameters);
  request.query = std::string(target->query);
  if (const std::string_view trace = exchange->Header("traceparent"); IsTraceparent(trace)) {
    request.traceparent = std::string(trace);
  }
  if (route.needed == Role::kNone) return ReadBodyAndServe(route, std::move(request));
  const std::string key = KeyOf(*exchange, route, target->query);
  authenticator_.Authenticate(
      key, [&route, request = std::move(request)](absl::StatusOr<CallerPtr> caller) mutable {
        const std::shared_ptr<Exchange> here = request.exchange;
        here->Post([&route, request = std::move(request), caller = std::move(caller)]() mutable {
          Enter(route, std::move(request), std::move(caller));
        });
      });
}

}  // namespace furnace::gateway::http
