#include "services/worker/spool/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "libs/common/base/status.h"

namespace furnace::worker {
namespace {

absl::Status Failed(std::string_view what, const std::filesystem::path& path) {
  return absl::ErrnoToStatus(errno, fmt::format("{} {}", what, path.string()));
}

absl::Status WriteAll(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(fd) != 0) return Failed("fsync", path);
  return absl::OkStatus();
}

// Makes a rename last.
absl::Status SyncFolder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("open", folder);
  const int result = fsync(fd);
  absl::Status status = result == 0 ? absl::OkStatus() : Failed("fsync", folder);
  close(fd);
  return status;
}

}  // namespace

absl::Status WriteAtomically(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path part = path;
  part += kPartSuffix;
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Failed("open", part);
  absl::Status status = WriteAll(fd, bytes, part);
  close(fd);
  if (status.ok() && rename(part.c_str(), path.c_str()) != 0) status = Failed("rename", part);
  if (!status.ok()) {
    unlink(part.c_str());
    return status;
  }
  return SyncFolder(path.parent_path());
}

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path, std::size_t bytes_max) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return Error(absl::StatusCode::kUnavailable, "{}: {}", path.string(), error.message());
  if (size > bytes_max) {
    return Error(absl::StatusCode::kResourceExhausted, "{} has {} bytes", path.string(), size);
  }
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return Error(absl::StatusCode::kUnavailable, "{} cannot be read", path.string());
  }
  return bytes;
}

}  // namespace furnace::worker
