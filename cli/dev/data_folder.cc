#include "cli/dev/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::dev {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSecretLength = 48;

absl::Status Failed(std::string_view what, const fs::path& path) {
  return Error(absl::StatusCode::kUnavailable, "cannot {} {}: {}", what, path.string(),
               std::strerror(errno));
}

std::string ReadLine(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

absl::StatusOr<std::string> LoadSecret(const fs::path& path, std::string_view prefix) {
  std::string secret = ReadLine(path);
  if (secret.size() == prefix.size() + kSecretLength) return secret;
  secret = std::string(prefix) + RandomWord(kSecretLength);
  FURNACE_RETURN_IF_ERROR(WritePrivateFile(path, secret + "\n"));
  return secret;
}

}  // namespace

std::string RandomWord(std::size_t length) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr unsigned char kFair = 256 / 62 * 62;  // From here on bytes would favour some letters.
  std::string word;
  while (word.size() < length) {
    unsigned char byte = 0;
    if (getrandom(&byte, 1, 0) == 1 && byte < kFair) word += kAlphabet[byte % kAlphabet.size()];
  }
  return word;
}

absl::Status WritePrivateFile(const fs::path& path, std::string_view text) {
  constexpr mode_t kOwnerOnly = 0600;
  const fs::path temporary = path.string() + ".new";
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
  if (fd < 0) return Failed("write", path);
  const bool written = fchmod(fd, kOwnerOnly) == 0 &&
                       write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool closed = close(fd) == 0;
  if (!written || !closed || rename(temporary.c_str(), path.c_str()) != 0) {
    return Failed("write", path);
  }
  return absl::OkStatus();
}

absl::StatusOr<DataFolder> DataFolder::Take(const fs::path& folder) {
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  if (made) fs::permissions(folder, fs::perms::owner_all, error);  // Not of a folder we found.
  if (!error) fs::create_directory(folder / "logs", error);
  if (error) {
    return Error(absl::StatusCode::kUnavailable, "cannot make {}: {}", folder.string(),
                 error.message());
  }
  const fs::path path = folder / "lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Failed("open", path);
  DataFolder taken(folder, fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Error(absl::StatusCode::kAlreadyExists,
                 "another furnace dev (pid {}) runs in {}; stop it, or choose another folder with "
                 "--data",
                 ReadLine(path), folder.string());
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 || write(fd, pid.data(), pid.size()) < 0) return Failed("write", path);
  return taken;
}

DataFolder::DataFolder(fs::path folder, int lock_fd)
    : folder_(std::move(folder)), lock_fd_(lock_fd) {}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : folder_(std::move(other.folder_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}

DataFolder::~DataFolder() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

absl::StatusOr<Secrets> DataFolder::LoadSecrets() const {
  Secrets secrets;
  FURNACE_ASSIGN_OR_RETURN(secrets.api_key, LoadSecret(folder_ / "api-key", "fk_"));
  FURNACE_ASSIGN_OR_RETURN(secrets.internal_token, LoadSecret(folder_ / "internal-token", ""));
  FURNACE_ASSIGN_OR_RETURN(secrets.redis_password, LoadSecret(folder_ / "redis-password", ""));
  FURNACE_ASSIGN_OR_RETURN(secrets.postgres_password,
                           LoadSecret(folder_ / "postgres-password", ""));
  return secrets;
}

}  // namespace furnace::dev
