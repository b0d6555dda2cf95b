#include "services/registry/app/secrets.h"

#include <openssl/rand.h>

#include "services/registry/domain/api_key.h"

namespace furnace::registry {

absl::StatusOr<std::string> NewSecret() {
  SecretEntropy entropy;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(entropy.data()), sizeof entropy) != 1) {
    return absl::InternalError("no randomness for an API key");
  }
  return MakeSecret(entropy);
}

}  // namespace furnace::registry
