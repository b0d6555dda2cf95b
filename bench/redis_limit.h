#pragma once

#include <string>

namespace furnace::bench {

/// Runs of a script of three commands that one Redis answers in a second, pipelined
/// 128 deep over one connection: the floor of what a queue on it can cost.
double RedisScriptsPerSecond(const std::string& redis_url);

/// Bytes of memory Redis has in use.
double RedisUsedBytes(const std::string& redis_url);

}  // namespace furnace::bench
