#include "services/registry/app/secrets.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

#include "services/registry/domain/api_key.h"

namespace furnace::registry {

absl::StatusOr<std::string> NewSecret() {
  SecretEntropy entropy;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(entropy.data()), sizeof entropy) != 1) {
    return absl::InternalError("no randomness for an API key");
  }
  return MakeSecret(entropy);
}

std::string Sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {digest.begin(), digest.end()};
}

}  // namespace furnace::registry
