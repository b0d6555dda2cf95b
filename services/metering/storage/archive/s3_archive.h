#pragma once

#include <memory>
#include <string>
#include <utility>

#include "services/metering/app/object_store.h"
#include "services/metering/app/sink_ports.h"
#include "services/metering/storage/archive/archive_line.h"

namespace furnace::metering {

/// The archive's lines (see FileArchive) in a bucket: each Send is one object, stored whole
/// before it answers, and named "<prefix>usage-<number of its first line>.ndjson", so that
/// keys sort as lines do.
///
/// Where the archive ends is read from the bucket itself, at the start and after anything
/// went wrong. An object is never replaced: whoever comes second with the next lines, be it
/// a request that was thought lost, stores nothing.
class S3Archive final : public SinkClient {
 public:
  S3Archive(std::unique_ptr<ObjectStore> bucket, std::string prefix)
      : bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

  std::size_t max_batch() const override;

  /// UNAVAILABLE in the reply when the bucket is not there, or somebody else writes to it.
  SinkReply Send(std::span<const SinkEvent> events) override;

 private:
  absl::Status Append(std::span<const SinkEvent> events);
  absl::Status Open();
  absl::StatusOr<std::int64_t> LastObject(std::int64_t first);
  std::string KeyOf(std::int64_t first_line) const;
  absl::StatusOr<std::int64_t> LineOf(const std::string& key) const;

  const std::unique_ptr<ObjectStore> bucket_;
  const std::string prefix_;
  ArchiveEnd end_;
  bool open_ = false;
};

}  // namespace furnace::metering
