#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace furnace::dev {

/// The secrets of one suite, kept in files that only their owner can read.
struct Secrets {
  std::string api_key;  // Of the operator: "fk_" and 48 letters and digits.
  std::string internal_token;
  std::string redis_password;
  std::string postgres_password;
};

/// The folder a suite lives in, held by one `furnace dev` at a time.
class DataFolder {
 public:
  /// Creates the folder, for its owner only where there was none, and takes its lock, which the
  /// kernel releases when the process ends, however it does. ALREADY_EXISTS with
  /// the holder's pid when another holds it.
  static absl::StatusOr<DataFolder> Take(const std::filesystem::path& folder);
  ~DataFolder();

  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;

  /// The secrets, made on first use.
  absl::StatusOr<Secrets> LoadSecrets() const;

 private:
  DataFolder(std::filesystem::path folder, int lock_fd);

  std::filesystem::path folder_;
  int lock_fd_;
};

/// Writes a file that only its owner can read, as a whole or not at all.
absl::Status WritePrivateFile(const std::filesystem::path& path, std::string_view text);

/// `length` letters and digits from the kernel's random source.
std::string RandomWord(std::size_t length);

}  // namespace furnace::dev
