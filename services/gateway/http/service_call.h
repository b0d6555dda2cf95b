// What the routes that call services have in common.
#pragma once

#include <google/protobuf/message.h>

#include <memory>

#include "absl/status/status.h"
#include "services/gateway/app/ports.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/http/router.h"
#include "services/gateway/wire/methods.h"

namespace furnace::gateway::http {

/// Sends `response`, from any thread.
void Answer(const std::shared_ptr<Exchange>& exchange, Response response);

/// Sends ErrorResponse(status), from any thread.
void Refuse(const std::shared_ptr<Exchange>& exchange, const absl::Status& status);

/// A call of `method` on behalf of who sent `request`, with the time that the method
/// takes. `retry`: see Call.
Call MakeCall(const wire::Method& method, const Request& request,
              const google::protobuf::Message& message, bool retry);

}  // namespace furnace::gateway::http
