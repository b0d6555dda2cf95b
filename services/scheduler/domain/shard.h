#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace furnace::scheduler {

/// Most shards there can be: the number must fit in a job id's last byte.
inline constexpr int kMaxShards = 256;

/// The CRC-16/XMODEM of an endpoint's id, 0 to 65,535: its shard for any number of shards,
/// modulo that.
int SlotOfEndpoint(std::string_view endpoint_id);

/// The queue shard of an endpoint, 0 to shards - 1: CRC-16/XMODEM of its id, the
/// checksum Redis Cluster uses, modulo `shards`.
int ShardOfEndpoint(std::string_view endpoint_id, int shards);

/// The shard that a job id carries in its last byte; `job_id` must be a UUID. May
/// be one that does not exist, when the id is not ours.
int ShardOfJob(std::string_view job_id);

/// What all keys of a shard begin with, e.g. "furnace:{s03}:".
std::string ShardPrefix(int shard);

/// The channels on which so many shards tell what has changed.
std::vector<std::string> NotifyChannels(int shards);

}  // namespace furnace::scheduler
