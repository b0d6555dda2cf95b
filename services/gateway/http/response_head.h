#pragma once

#include <string>
#include <string_view>

#include "services/gateway/http/exchange.h"

namespace furnace::gateway::http {

/// How an answer is framed.
struct Framing {
  bool chunked = false;      // Else Content-Length, or until the connection ends.
  bool until_close = false;  // The length is not known and chunks are not understood.
  bool close = false;        // The connection ends after it.
};

/// Appends the head of an answer, blank line included.
void AppendHead(const Response& response, const Framing& framing, std::string_view request_id,
                std::string& out);

/// Appends `data` as a chunk of chunked framing; it must not be empty.
void AppendChunk(std::string_view data, std::string& out);

inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace furnace::gateway::http
