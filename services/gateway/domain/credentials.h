// What clients write into their headers, read without trusting it.
#pragma once

#include <cstddef>
#include <string_view>

namespace furnace::gateway {

inline constexpr std::size_t kMaxKeyBytes = 256;
inline constexpr std::size_t kMaxRequestIdBytes = 128;

/// The API key in the value of an Authorization header: "Bearer <key>", the
/// scheme in any case, or the bare key, as RunPod's clients may send it. Empty
/// when there is none.
std::string_view KeyOfAuthorization(std::string_view header);

/// Whether `key` could be an API key at all: 1 to kMaxKeyBytes visible ASCII
/// characters. Only such keys are looked up.
bool IsPlausibleKey(std::string_view key);

/// Whether a client's request id is taken over: 1 to kMaxRequestIdBytes of
/// [A-Za-z0-9._-].
bool IsRequestId(std::string_view text);

/// Whether `text` is a W3C traceparent: "00-<32 hex>-<16 hex>-<2 hex>".
bool IsTraceparent(std::string_view text);

}  // namespace furnace::gateway
