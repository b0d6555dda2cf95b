#pragma once

#include <memory>

#include "services/gateway/app/ports.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/wire/methods.h"

namespace furnace::gateway::http {

/// Answers with the messages of `stream` as newline-delimited JSON, each line sent
/// at once. The first message decides: a call that fails before it is an ordinary
/// error answer. One that fails later ends with a line {"error", "code",
/// "request_id"} and an unfinished body. A client that reads slowly slows the
/// service down; one that leaves ends the call.
void StreamJsonLines(std::shared_ptr<Exchange> exchange, const wire::Method& method,
                     std::shared_ptr<OngoingStream> stream);

}  // namespace furnace::gateway::http
