#include "services/scheduler/domain/shard.h"

#include <fmt/format.h>

#include "libs/common/base/uuid.h"

namespace furnace::scheduler {
namespace {

std::uint16_t Crc16(std::string_view text) {
  constexpr std::uint16_t kPolynomial = 0x1021;
  std::uint16_t crc = 0;
  for (const char c : text) {
    crc = static_cast<std::uint16_t>(crc ^ (static_cast<unsigned char>(c) << 8));
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = (crc & 0x8000) != 0;
      crc = static_cast<std::uint16_t>(crc << 1);
      if (carry) crc ^= kPolynomial;
    }
  }
  return crc;
}

}  // namespace

int SlotOfEndpoint(std::string_view endpoint_id) { return Crc16(endpoint_id); }

int ShardOfEndpoint(std::string_view endpoint_id, int shards) {
  return SlotOfEndpoint(endpoint_id) % shards;
}

std::vector<std::string> NotifyChannels(int shards) {
  std::vector<std::string> channels;
  for (int shard = 0; shard < shards; ++shard) channels.push_back(ShardPrefix(shard) + "notify");
  return channels;
}

int ShardOfJob(std::string_view job_id) { return UuidLastByte(job_id); }

std::string ShardPrefix(int shard) { return fmt::format("furnace:{{s{:02}}}:", shard); }

}  // namespace furnace::scheduler
