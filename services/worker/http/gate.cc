#include "services/worker/http/gate.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/random.h>

#include <array>
#include <iterator>

#include "libs/common/base/check.h"

namespace furnace::worker {
namespace {

constexpr std::size_t kSecretBytes = 24;
constexpr std::string_view kBearer = "bearer ";

bool StartsWithBearer(std::string_view text) {
  if (text.size() < kBearer.size()) return false;
  for (std::size_t i = 0; i < kBearer.size(); ++i) {
    const char lower = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (lower != kBearer[i]) return false;
  }
  return true;
}

}  // namespace

const std::string& Gate::Rotate() {
  std::array<unsigned char, kSecretBytes> bytes;
  // Never short for so few bytes.
  FURNACE_CHECK(getrandom(bytes.data(), bytes.size(), 0) == kSecretBytes);
  secret_.clear();
  for (const unsigned char byte : bytes)
    fmt::format_to(std::back_inserter(secret_), "{:02x}", byte);
  return secret_;
}

bool Gate::Admits(std::string_view authorization) const {
  if (StartsWithBearer(authorization)) authorization.remove_prefix(kBearer.size());
  return !secret_.empty() && authorization.size() == secret_.size() &&
         CRYPTO_memcmp(authorization.data(), secret_.data(), secret_.size()) == 0;
}

}  // namespace furnace::worker
