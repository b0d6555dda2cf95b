#include "libs/common/ledger/hash.h"

#include <openssl/evp.h>

#include <memory>

#include "libs/common/base/check.h"

namespace furnace::ledger {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// Looked up once: OpenSSL takes longer to find an algorithm than to run it.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

}  // namespace

Hash HashOf(std::initializer_list<std::string_view> parts) {
  thread_local const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Hash hash;
  bool done = EVP_DigestInit_ex2(context.get(), Algorithm(), nullptr) == 1;
  for (const std::string_view part : parts) {
    done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  done = done && EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1;
  FURNACE_CHECK(done);
  return hash;
}

std::string ToHex(const Hash& hash) {
  std::string hex;
  hex.reserve(2 * hash.size());
  for (const unsigned char byte : hash) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

absl::StatusOr<Hash> ParseHash(std::string_view hex) {
  Hash hash;
  const auto bad = absl::InvalidArgumentError("not 64 lower-case hexadecimal digits");
  if (hex.size() != 2 * hash.size()) return bad;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const std::size_t high = kDigits.find(hex[2 * i]);
    const std::size_t low = kDigits.find(hex[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return bad;
    hash[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return hash;
}

Hash ChainHash(const Hash& previous, std::string_view transaction) {
  return HashOf({BytesOf(previous), transaction});
}

}  // namespace furnace::ledger
