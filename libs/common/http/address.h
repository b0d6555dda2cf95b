#pragma once

#include <sys/socket.h>

namespace furnace::http {

/// Whether an address may be connected to.
using AddressRule = bool (*)(const sockaddr& address);

/// Whether the address is one of the public internet: not of this machine, its link, a
/// private network, a multicast group, or reserved (IANA's special-purpose registries).
/// An IPv6 address that carries an IPv4 one is judged by that.
bool IsPublicAddress(const sockaddr& address);

}  // namespace furnace::http
