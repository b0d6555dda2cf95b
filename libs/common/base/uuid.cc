#include "libs/common/base/uuid.h"

#include <openssl/sha.h>

#include <array>
#include <atomic>
#include <random>

namespace furnace {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// Milliseconds in the upper 52 bits, a sequence in the lower 12 (rand_a of the
// RFC): one number that never goes back, even when the clock does.
std::uint64_t NextStamp(absl::Time now) {
  static std::atomic<std::uint64_t> last{0};
  const auto wanted = static_cast<std::uint64_t>(absl::ToUnixMillis(now)) << 12;
  std::uint64_t previous = last.load();
  std::uint64_t next = 0;
  do {
    next = wanted > previous ? wanted : previous + 1;
  } while (!last.compare_exchange_weak(previous, next));
  return next;
}

std::uint64_t RandomBits() {
  thread_local std::mt19937_64 generator{std::random_device{}() ^
                                         (std::uint64_t{std::random_device{}()} << 32)};
  return generator();
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool IsDashAt(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// The canonical text of 128 bits.
std::string TextOf(std::uint64_t high, std::uint64_t low) {
  std::string text;
  text.reserve(36);
  for (std::size_t nibble = 0; nibble < 32; ++nibble) {
    if (IsDashAt(text.size())) text.push_back('-');
    const std::uint64_t half = nibble < 16 ? high : low;
    text.push_back(kHex[(half >> (60 - 4 * (nibble % 16))) & 0xf]);
  }
  return text;
}

// The 16 bytes that a UUID writes.
std::string BytesOf(std::string_view uuid) {
  std::string bytes;
  for (std::size_t i = 0; i < uuid.size(); i += 2) {
    if (uuid[i] == '-') ++i;
    bytes.push_back(static_cast<char>(HexValue(uuid[i]) * 16 + HexValue(uuid[i + 1])));
  }
  return bytes;
}

// A UUIDv7 of milliseconds (upper 52 bits) and sequence (lower 12), and the random rest.
std::string Format(std::uint64_t stamp, std::uint64_t random,
                   std::optional<std::uint8_t> last_byte) {
  const std::uint64_t high = ((stamp >> 12) << 16) | 0x7000 | (stamp & 0xfff);
  std::uint64_t low = (random >> 2) | (std::uint64_t{1} << 63);
  if (last_byte) low = (low & ~std::uint64_t{0xff}) | *last_byte;
  return TextOf(high, low);
}

}  // namespace

std::string NewUuid(absl::Time now, std::optional<std::uint8_t> last_byte) {
  return Format(NextStamp(now), RandomBits(), last_byte);
}

std::string MakeUuid(absl::Time time, std::uint64_t bits, std::uint8_t last_byte) {
  const auto millis = static_cast<std::uint64_t>(absl::ToUnixMillis(time));
  return Format(millis << 12 | (bits & 0xfff), bits, last_byte);
}

std::string UuidOfName(std::string_view space, std::string_view name) {
  const std::string text = BytesOf(space) + std::string(name);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    high = high << 8 | digest[i];
    low = low << 8 | digest[i + 8];
  }
  high = (high & ~std::uint64_t{0xf000}) | 0x5000;
  low = low << 2 >> 2 | std::uint64_t{1} << 63;
  return TextOf(high, low);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsDashAt(i) ? text[i] != '-' : HexValue(text[i]) < 0) return false;
  }
  return true;
}

std::uint8_t UuidLastByte(std::string_view uuid) {
  return static_cast<std::uint8_t>(HexValue(uuid[34]) * 16 + HexValue(uuid[35]));
}

}  // namespace furnace
