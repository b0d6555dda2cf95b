#include "libs/common/http/address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace furnace::http {
namespace {

struct Network {
  std::uint32_t prefix;
  int bits;
};

constexpr std::uint32_t V4(int a, int b = 0, int c = 0) {
  return static_cast<std::uint32_t>(a << 24) | static_cast<std::uint32_t>(b << 16) |
         static_cast<std::uint32_t>(c << 8);
}

constexpr std::array<Network, 15> kSpecialV4 = {{
    {V4(0), 8},              // This network.
    {V4(10), 8},             // Private.
    {V4(100, 64), 10},       // Carrier-grade NAT.
    {V4(127), 8},            // Loopback.
    {V4(169, 254), 16},      // Link-local; metadata services of clouds.
    {V4(172, 16), 12},       // Private.
    {V4(192, 0, 0), 24},     // IETF protocol assignments.
    {V4(192, 0, 2), 24},     // Documentation.
    {V4(192, 88, 99), 24},   // 6to4 relays.
    {V4(192, 168), 16},      // Private.
    {V4(198, 18), 15},       // Benchmarks.
    {V4(198, 51, 100), 24},  // Documentation.
    {V4(203, 0, 113), 24},   // Documentation.
    {V4(224), 4},            // Multicast.
    {V4(240), 4},            // Reserved, broadcast.
}};

bool IsPublicV4(std::uint32_t address) {
  return std::none_of(kSpecialV4.begin(), kSpecialV4.end(), [address](const Network& network) {
    return (address ^ network.prefix) >> (32 - network.bits) == 0;
  });
}

using Bytes = std::array<std::uint8_t, 16>;

std::uint32_t V4At(const Bytes& bytes, std::size_t at) {
  return V4(bytes[at], bytes[at + 1], bytes[at + 2]) | bytes[at + 3];
}

bool HasPrefix(const Bytes& bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool IsPublicV6(const Bytes& bytes) {
  if (HasPrefix(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) {
    return IsPublicV4(V4At(bytes, 12));  // NAT64.
  }
  if (HasPrefix(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) {
    return IsPublicV4(V4At(bytes, 12));  // IPv4-mapped.
  }
  if (HasPrefix(bytes, {0x20, 0x02})) return IsPublicV4(V4At(bytes, 2));  // 6to4.
  if (HasPrefix(bytes, {0x20, 0x01}) && bytes[2] < 2) return false;       // Teredo and others.
  if (HasPrefix(bytes, {0x20, 0x01, 0x0d, 0xb8})) return false;           // Documentation.
  if (HasPrefix(bytes, {0x3f, 0xff}) && bytes[2] < 0x10) return false;    // Documentation.
  return (bytes[0] & 0xe0) == 0x20;  // Global unicast is 2000::/3.
}

}  // namespace

bool IsPublicAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    return IsPublicV4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    Bytes bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return IsPublicV6(bytes);
  }
  return false;
}

}  // namespace furnace::http
