#include "services/gateway/http/transcode/rest_routes.h"

#include <memory>
#include <string>
#include <utility>

#include "furnace/v1/document.pb.h"
#include "libs/common/base/status.h"
#include "services/gateway/domain/limits.h"
#include "services/gateway/http/output_route.h"
#include "services/gateway/http/service_call.h"
#include "services/gateway/http/stream/json_lines.h"
#include "services/gateway/http/transcode/message_to_json.h"
#include "services/gateway/http/transcode/transcoder.h"

namespace furnace::gateway::http {
namespace {

namespace v1 = furnace::v1;
using google::protobuf::Message;

// What a route serves with.
struct Server {
  const Binding& binding;
  const OutputLinks& links;
  Backends& backends;
  LargeWork& large_work;
};

// The file itself. Its content is not ours: it may load and run nothing.
Response FileResponse(const v1::Document& document) {
  Response response;
  response.content_type = document.content_type();
  response.body = document.data();
  response.headers = {
      {"Content-Disposition", "inline; filename=\"" + document.file_name() + "\""},
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"},
      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

void AnswerReply(const Binding& binding, const OutputLinks& links,
                 const std::shared_ptr<Exchange>& exchange, std::string reply) {
  const auto message = ParseResponse(*binding.method, reply);
  const std::size_t bytes = reply.size();
  reply = std::string();  // It may be large, and the message has it all.
  if (!message.ok()) return Refuse(exchange, message.status());
  if ((*message)->GetDescriptor() == v1::Document::descriptor()) {
    return Answer(exchange, FileResponse(static_cast<const v1::Document&>(**message)));
  }
  Response response;
  SignOutputUrl(links, **message);
  // Nearly all of what is large is copied as it is; to grow would take twice the room.
  if (bytes >= kLargeBytes) response.body.reserve(bytes + kLargeBytes);
  WriteJson(AnswerOf(binding, **message), response.body);
  Answer(exchange, std::move(response));
}

void Start(const Server& server, const std::shared_ptr<Exchange>& exchange, Call call) {
  const Binding& binding = server.binding;
  if (binding.method->pace == Pace::kStreaming) {
    StreamJsonLines(exchange, *binding.method, server.backends.Open(std::move(call)));
    return;
  }
  const std::shared_ptr<OngoingCall> started = server.backends.Start(
      std::move(call), [exchange, &binding, &links = server.links,
                        &large_work = server.large_work](absl::StatusOr<std::string> reply) {
        if (!reply.ok()) return Refuse(exchange, reply.status());
        const std::size_t bytes = reply->size();
        large_work.Run(bytes, [exchange, &binding, &links, reply = *std::move(reply)]() mutable {
          AnswerReply(binding, links, exchange, std::move(reply));
        });
      });
  if (binding.method->pace == Pace::kWaits) {
    exchange->WatchClient([started] { started->Cancel(); });
  }
}

// Runs where there is time for the size of the request.
void Serve(const Server& server, const Request& request) {
  const std::shared_ptr<Exchange>& exchange = request.exchange;
  const auto message =
      BuildRequest(server.binding, request.parameters, request.query, request.body);
  if (!message.ok()) return Refuse(exchange, message.status());
  exchange->Post([server, exchange,
                  call = MakeCall(*server.binding.method, request, **message,
                                  server.binding.verb == "GET")]() mutable {
    Start(server, exchange, std::move(call));
  });
}

}  // namespace

absl::Status AddRestRoutes(const std::vector<Binding>& bindings, const OutputLinks& links,
                           Backends& backends, LargeWork& large_work, Router& router) {
  for (const Binding& binding : bindings) {
    Route route;
    route.method = binding.verb;
    route.path = binding.path;
    route.needed = binding.method->needed;
    route.body_limit = binding.TakesBody() ? BodyLimitOf(binding.method->descriptor->full_name())
                                           : kUnwantedBodyBytes;
    route.streams = binding.method->pace == Pace::kStreaming;
    route.serve = [server = Server{binding, links, backends, large_work}](Request request) {
      const std::size_t bytes = request.body.size();
      server.large_work.Run(bytes,
                            [server, request = std::move(request)] { Serve(server, request); });
    };
    FURNACE_RETURN_IF_ERROR(router.Add(std::move(route)));
  }
  return absl::OkStatus();
}

}  // namespace furnace::gateway::http
