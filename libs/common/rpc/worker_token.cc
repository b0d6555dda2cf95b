#include "libs/common/rpc/worker_token.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <charconv>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "libs/common/base/hmac.h"

namespace furnace::rpc {
namespace {

constexpr std::string_view kPrefix = "fw_";

std::string Mac(std::string_view key, std::string_view text) {
  return absl::BytesToHexString(HmacSha256(key, text));
}

// Takes what stands before the next dot off `rest`.
std::string_view TakePart(std::string_view& rest) {
  const auto dot = rest.find('.');
  const std::string_view part = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  return part;
}

}  // namespace

std::string MintWorkerToken(std::string_view internal_token, const WorkerIdentity& identity) {
  const std::string text = fmt::format("{}{}.{}.{}", kPrefix, absl::ToUnixSeconds(identity.expires),
                                       identity.endpoint_id, identity.worker_id);
  return fmt::format("{}.{}", text, Mac(internal_token, text));
}

absl::StatusOr<WorkerIdentity> VerifyWorkerToken(std::string_view internal_token,
                                                 std::string_view token, absl::Time now) {
  const absl::Status refused = absl::UnauthenticatedError("bad or expired worker token");
  const auto last_dot = token.rfind('.');
  if (!token.starts_with(kPrefix) || last_dot == std::string_view::npos) return refused;
  const std::string mac = Mac(internal_token, token.substr(0, last_dot));
  const std::string_view given = token.substr(last_dot + 1);
  if (given.size() != mac.size() || CRYPTO_memcmp(mac.data(), given.data(), mac.size()) != 0) {
    return refused;
  }
  std::string_view rest = token.substr(kPrefix.size(), last_dot - kPrefix.size());
  const std::string_view expiry = TakePart(rest);
  std::int64_t seconds = 0;
  std::from_chars(expiry.data(), expiry.data() + expiry.size(), seconds);
  if (absl::FromUnixSeconds(seconds) < now) return refused;
  WorkerIdentity identity;
  identity.expires = absl::FromUnixSeconds(seconds);
  identity.endpoint_id = TakePart(rest);
  identity.worker_id = rest;
  return identity;
}

}  // namespace furnace::rpc
