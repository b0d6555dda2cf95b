#include "services/gateway/rpc/front_door.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/uuid.h"
#include "libs/common/rpc/call_context.h"
#include "services/gateway/domain/credentials.h"
#include "services/gateway/wire/payload.h"

namespace furnace::gateway {
namespace {

// A deadline later than this is gRPC's way of saying that there is none.
constexpr absl::Duration kNoDeadline = absl::Hours(24 * 365);

std::string KeyOf(const grpc::ServerContext& context) {
  const std::string authorization = furnace::rpc::MetadataOf(context, "authorization");
  const std::string_view key = KeyOfAuthorization(authorization);
  return key.empty() ? furnace::rpc::MetadataOf(context, "x-api-key") : std::string(key);
}

std::string RequestIdOf(grpc::ServerContext& context) {
  std::string id = furnace::rpc::MetadataOf(context, furnace::rpc::kRequestIdKey);
  if (!IsRequestId(id)) id = NewUuid(absl::Now());
  context.AddInitialMetadata(furnace::rpc::kRequestIdKey, id);
  return id;
}

absl::Time DeadlineOf(const grpc::ServerContext& context, const wire::Method& method) {
  const absl::Time given = absl::FromChrono(context.deadline());
  const absl::Time now = absl::Now();
  return given < now + kNoDeadline ? given : now + LongestTimeout(method);
}

Call MakeCall(const wire::Method& method, FrontCall& from, CallerPtr caller) {
  Call call;
  call.method = method.path;
  call.request = wire::ToString(from.request());
  call.caller = std::move(caller);
  call.request_id = RequestIdOf(from.context());
  std::string trace = furnace::rpc::MetadataOf(from.context(), furnace::rpc::kTraceparentKey);
  if (IsTraceparent(trace)) call.traceparent = std::move(trace);
  call.deadline = DeadlineOf(from.context(), method);
  return call;
}

// Passes on one message after another; each is asked for when the client has taken
// the one before.
void Pump(const std::shared_ptr<OngoingStream>& stream, const std::shared_ptr<FrontCall>& call) {
  stream->Next([stream, call](absl::StatusOr<std::optional<std::string>> message) {
    if (!message.ok()) return call->Finish(message.status());
    if (!message->has_value()) return call->Finish(absl::OkStatus());
    call->Write(**std::move(message), [stream, call] { Pump(stream, call); });
  });
}

void Forward(const wire::Method& method, Backends& backends, const std::shared_ptr<FrontCall>& call,
             CallerPtr caller) {
  Call forwarded = MakeCall(method, *call, std::move(caller));
  if (method.pace == Pace::kStreaming) {
    const std::shared_ptr<OngoingStream> stream = backends.Open(std::move(forwarded));
    call->Follow(stream);
    Pump(stream, call);
    return;
  }
  call->Follow(backends.Start(std::move(forwarded), [call](absl::StatusOr<std::string> reply) {
    if (!reply.ok()) return call->Finish(reply.status());
    call->Finish(absl::OkStatus(), *std::move(reply));
  }));
}

}  // namespace

FrontDoor::FrontDoor(Authenticator& authenticator, Backends& backends)
    : authenticator_(authenticator), backends_(backends) {
  using Listener = furnace::rpc::Listener<FrontCall>;
  for (const wire::Service& service : wire::PublicServices()) {
    services_.push_back(std::make_unique<FrontService>(service));
    FrontService* const front = services_.back().get();
    for (int i = 0; i < static_cast<int>(front->methods().size()); ++i) {
      const wire::Method& method = *front->methods()[static_cast<std::size_t>(i)];
      listeners_.push_back(std::make_unique<Listener>(
          [front, i](FrontCall& call, grpc::ServerCompletionQueue& queue, void* tag) {
            front->Request(i, call.context(), call.request(), call.writer(), queue, tag);
          },
          [this, &method](const std::shared_ptr<FrontCall>& call) { Serve(method, call); }));
    }
  }
}

std::vector<grpc::Service*> FrontDoor::services() const {
  std::vector<grpc::Service*> services;
  for (const auto& service : services_) services.push_back(service.get());
  return services;
}

std::vector<furnace::rpc::AsyncMethod*> FrontDoor::methods() const {
  std::vector<furnace::rpc::AsyncMethod*> methods;
  for (const auto& listener : listeners_) methods.push_back(listener.get());
  return methods;
}

void FrontDoor::Serve(const wire::Method& method, const std::shared_ptr<FrontCall>& call) {
  // One call per method is always open, waiting for a client.
  if (FrontCall::Open() > kMaxCalls + static_cast<int>(listeners_.size())) {
    return call->Finish(absl::ResourceExhaustedError("too many calls at the moment"));
  }
  authenticator_.Authenticate(KeyOf(call->context()),
                              [this, &method, call](absl::StatusOr<CallerPtr> caller) {
                                if (!caller.ok()) return call->Finish(caller.status());
                                const absl::Status allowed = Authorize(**caller, method.needed);
                                if (!allowed.ok()) return call->Finish(allowed);
                                Forward(method, backends_, call, *std::move(caller));
                              });
}

}  // namespace furnace::gateway
