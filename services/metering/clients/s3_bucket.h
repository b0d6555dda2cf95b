#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/common/http/client.h"
#include "services/metering/app/object_store.h"

namespace furnace::metering {

/// A bucket of S3 or of what speaks its language.
class S3Bucket final : public ObjectStore {
 public:
  struct Options {
    std::string url;  // Of the bucket, without a slash at its end.
    http::AwsKey key;
  };

  explicit S3Bucket(Options options) : options_(std::move(options)) {}

  absl::StatusOr<bool> Add(const std::string& key, std::string body) override;
  absl::StatusOr<std::string> Get(const std::string& key) override;
  absl::StatusOr<std::optional<std::string>> FirstKeyAfter(const std::string& prefix,
                                                           const std::string& after) override;

 private:
  absl::StatusOr<http::Response> Send(const std::string& method, const std::string& target,
                                      std::string body);

  const Options options_;
  http::Client client_;
};

/// The first key in the answer to ListObjectsV2; nullopt when it has none.
std::optional<std::string> FirstKeyIn(std::string_view list);

}  // namespace furnace::metering
