// Reading Redis replies.
#pragma once

#include <hiredis/hiredis.h>

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace furnace::scheduler {

/// The elements of an array reply; none for any other.
inline std::span<redisReply* const> Elements(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY) return {};
  return {reply.element, reply.elements};
}

/// A string reply; empty for any other.
inline std::string_view Text(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_STRING && reply.type != REDIS_REPLY_STATUS) return "";
  return {reply.str, static_cast<std::size_t>(reply.len)};
}

inline bool IsNil(const redisReply& reply) { return reply.type == REDIS_REPLY_NIL; }

inline std::int64_t ToInt(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// An integer reply, or a string that holds one; 0 for any other.
inline std::int64_t Int(const redisReply& reply) {
  return reply.type == REDIS_REPLY_INTEGER ? reply.integer : ToInt(Text(reply));
}

}  // namespace furnace::scheduler
