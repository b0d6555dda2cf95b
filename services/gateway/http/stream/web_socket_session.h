#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "services/gateway/http/exchange.h"
#include "services/gateway/http/session.h"

namespace furnace::gateway::http {

/// Completes the WebSocket handshake on `socket`, from which `received` (the
/// request's head and what follows it) has been read. See Exchange::Upgrade for
/// the callbacks. What the client sends is read and ignored, but for pongs and the
/// close.
void StartWebSocket(boost::asio::ip::tcp::socket socket, const Shared& shared,
                    std::unique_ptr<Place> place, std::string received, std::string request_id,
                    absl::AnyInvocable<void(std::shared_ptr<WebSocket>)> on_open,
                    absl::AnyInvocable<void()> on_gone);

}  // namespace furnace::gateway::http
