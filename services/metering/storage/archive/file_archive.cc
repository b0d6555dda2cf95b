#include "services/metering/storage/archive/file_archive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxBatch = 1'000;
constexpr mode_t kMode = 0640;

absl::Status Failed(std::string_view what, const std::filesystem::path& path) {
  return Error(absl::StatusCode::kUnavailable, "archive: {} {}: {}", what, path.filename().string(),
               std::strerror(errno));
}

std::vector<std::filesystem::path> FilesIn(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("usage-") && name.ends_with(".ndjson")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status SyncFolder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return synced ? absl::OkStatus() : Failed("sync", folder);
}

}  // namespace

// A file that grows.
class FileArchive::File {
 public:
  static absl::StatusOr<std::unique_ptr<File>> Open(const std::filesystem::path& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
    if (fd < 0) return Failed("open", path);
    struct stat about = {};
    if (fstat(fd, &about) != 0) {
      close(fd);
      return Failed("look at", path);
    }
    return std::unique_ptr<File>(new File(path, fd, about.st_size));
  }

  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::int64_t size() const { return size_; }
  bool Lock() const { return flock(fd_, LOCK_EX | LOCK_NB) == 0; }

  // Writes and syncs `text`, or leaves the file as it was.
  absl::Status Append(std::string_view text) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t written = write(fd_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Undo("write");
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fdatasync(fd_) != 0) return Undo("sync");
    size_ += static_cast<std::int64_t>(text.size());
    return absl::OkStatus();
  }

  absl::Status Truncate(std::int64_t size) {
    if (ftruncate(fd_, size) != 0 || fsync(fd_) != 0) return Failed("truncate", path_);
    size_ = size;
    return absl::OkStatus();
  }

 private:
  File(std::filesystem::path path, int fd, std::int64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}

  absl::Status Undo(std::string_view what) {
    absl::Status status = Failed(what, path_);
    FURNACE_RETURN_IF_ERROR(Truncate(size_));
    return status;
  }

  std::filesystem::path path_;
  int fd_;
  std::int64_t size_;
};

FileArchive::FileArchive(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}
FileArchive::~FileArchive() = default;

std::size_t FileArchive::max_batch() const { return kMaxBatch; }

SinkReply FileArchive::Send(std::span<const SinkEvent> events) {
  const absl::Status status = Append(events);
  if (status.ok()) return {SinkAnswer::kAccepted};
  open_ = false;  // What is on disk decides how to go on.
  return {SinkAnswer::kUnavailable, std::string(ToStd(status.message()))};
}

absl::Status FileArchive::Append(std::span<const SinkEvent> events) {
  if (!open_) FURNACE_RETURN_IF_ERROR(Open());
  FURNACE_RETURN_IF_ERROR(Rotate());
  ArchiveEnd end = end_;
  std::string text;
  for (const SinkEvent& event : events) {
    if (std::pair(event.seq, event.ordinal) <= end.event) continue;
    text += ArchiveLine(event, end);
    text += '\n';
  }
  if (text.empty()) return absl::OkStatus();
  FURNACE_RETURN_IF_ERROR(file_->Append(text));
  end_ = end;
  return absl::OkStatus();
}

absl::Status FileArchive::Open() {
  file_ = nullptr;
  hour_.clear();
  end_ = {};
  FURNACE_RETURN_IF_ERROR(Lock());
  std::vector<std::filesystem::path> files = FilesIn(options_.folder);
  // A file that was made and not written to says nothing of where the archive ends.
  while (!files.empty() && end_.number == 0) {
    FURNACE_RETURN_IF_ERROR(Resume(files.back()));
    files.pop_back();
  }
  open_ = true;
  return absl::OkStatus();
}

absl::Status FileArchive::Lock() {
  if (lock_ != nullptr) return absl::OkStatus();
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  FURNACE_ASSIGN_OR_RETURN(std::unique_ptr<File> lock, File::Open(options_.folder / "lock"));
  if (!lock->Lock()) return absl::UnavailableError("archive: another process has the folder");
  lock_ = std::move(lock);
  return absl::OkStatus();
}

absl::Status FileArchive::Resume(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream content;
  content << stream.rdbuf();
  if (!stream.is_open() || stream.bad()) return Failed("read", path);
  std::string text = content.str();
  FURNACE_ASSIGN_OR_RETURN(std::unique_ptr<File> file, File::Open(path));
  if (const auto whole = text.rfind('\n') + 1; whole < text.size()) {
    text.resize(whole);
    FURNACE_RETURN_IF_ERROR(file->Truncate(static_cast<std::int64_t>(whole)));
  }
  if (text.empty()) return absl::OkStatus();
  text.pop_back();
  FURNACE_ASSIGN_OR_RETURN(end_, EndAfter(std::string_view(text).substr(text.rfind('\n') + 1)));
  const std::string stem = path.stem().string();
  hour_ = stem.substr(stem.rfind('-') + 1);
  file_ = std::move(file);
  return absl::OkStatus();
}

absl::Status FileArchive::Rotate() {
  const std::string hour = absl::FormatTime("%Y%m%dT%H", clock_.Now(), absl::UTCTimeZone());
  if (file_ != nullptr && hour == hour_ && file_->size() < options_.max_file_bytes) {
    return absl::OkStatus();
  }
  const std::string name = fmt::format("usage-{:015}-{}.ndjson", end_.number + 1, hour);
  FURNACE_ASSIGN_OR_RETURN(file_, File::Open(options_.folder / name));
  hour_ = hour;
  return SyncFolder(options_.folder);
}

}  // namespace furnace::metering
