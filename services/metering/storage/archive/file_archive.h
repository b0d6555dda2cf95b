#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "libs/common/base/clock.h"
#include "services/metering/app/sink_ports.h"
#include "services/metering/storage/archive/archive_line.h"

namespace furnace::metering {

/// Evidence for audits: every event as a line of JSON in a folder, on disk before Send
/// answers, each line with the SHA-256 of the one before, over all files.
///
/// A file is named "usage-<number of its first line>-<UTC hour>.ndjson", so that names sort
/// as lines do; the next one is begun with another hour or after `max_file_bytes`. A last
/// line that a crash has cut off is removed; events that are there already are not written
/// again. One process at a time has a folder.
class FileArchive final : public SinkClient {
 public:
  struct Options {
    std::filesystem::path folder;
    std::int64_t max_file_bytes = 64 << 20;
  };

  FileArchive(Options options, const Clock& clock);
  ~FileArchive() override;

  std::size_t max_batch() const override;

  /// UNAVAILABLE in the reply when the folder is another process's or cannot be written.
  SinkReply Send(std::span<const SinkEvent> events) override;

 private:
  class File;

  absl::Status Append(std::span<const SinkEvent> events);
  absl::Status Open();
  absl::Status Lock();
  absl::Status Resume(const std::filesystem::path& path);
  absl::Status Rotate();

  const Options options_;
  const Clock& clock_;
  std::unique_ptr<File> lock_;
  std::unique_ptr<File> file_;  // The one being written; null before the first.
  std::string hour_;            // Of its name.
  ArchiveEnd end_;
  bool open_ = false;
};

}  // namespace furnace::metering
