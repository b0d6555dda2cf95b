#include "services/metering/storage/archive/s3_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxBatch = 1'000;
constexpr std::int64_t kMostLines = 1'000'000'000'000'000;  // 15 digits in a key.
constexpr std::string_view kName = "usage-";
constexpr std::string_view kSuffix = ".ndjson";

}  // namespace

std::size_t S3Archive::max_batch() const { return kMaxBatch; }

SinkReply S3Archive::Send(std::span<const SinkEvent> events) {
  const absl::Status status = Append(events);
  if (status.ok()) return {SinkAnswer::kAccepted};
  open_ = false;  // What is in the bucket decides how to go on.
  return {SinkAnswer::kUnavailable, std::string(ToStd(status.message()))};
}

absl::Status S3Archive::Append(std::span<const SinkEvent> events) {
  if (!open_) FURNACE_RETURN_IF_ERROR(Open());
  ArchiveEnd end = end_;
  std::string text;
  for (const SinkEvent& event : events) {
    if (std::pair(event.seq, event.ordinal) <= end.event) continue;
    text += ArchiveLine(event, end);
    text += '\n';
  }
  if (text.empty()) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(const bool added, bucket_->Add(KeyOf(end_.number + 1), std::move(text)));
  if (!added) return absl::UnavailableError("s3: the next object is there already");
  end_ = end;
  return absl::OkStatus();
}

absl::Status S3Archive::Open() {
  end_ = {};
  FURNACE_ASSIGN_OR_RETURN(const auto first_key,
                           bucket_->FirstKeyAfter(prefix_ + std::string(kName), ""));
  if (first_key) {
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t first, LineOf(*first_key));
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t last, LastObject(first));
    FURNACE_ASSIGN_OR_RETURN(std::string text, bucket_->Get(KeyOf(last)));
    if (!text.ends_with('\n')) return absl::DataLossError("s3: the last object is not whole");
    text.pop_back();
    FURNACE_ASSIGN_OR_RETURN(end_, EndAfter(std::string_view(text).substr(text.rfind('\n') + 1)));
  }
  open_ = true;
  return absl::OkStatus();
}

// There may be millions of objects, and a list starts at the first: halving finds the last
// with 50 questions.
absl::StatusOr<std::int64_t> S3Archive::LastObject(std::int64_t first) {
  std::int64_t known = first;
  std::int64_t most = kMostLines - 1;
  while (known < most) {
    const std::int64_t middle = known + (most - known) / 2;
    FURNACE_ASSIGN_OR_RETURN(const auto key,
                             bucket_->FirstKeyAfter(prefix_ + std::string(kName), KeyOf(middle)));
    if (key) {
      FURNACE_ASSIGN_OR_RETURN(known, LineOf(*key));
    } else {
      most = middle;
    }
  }
  return known;
}

std::string S3Archive::KeyOf(std::int64_t first_line) const {
  return fmt::format("{}{}{:015}{}", prefix_, kName, first_line, kSuffix);
}

absl::StatusOr<std::int64_t> S3Archive::LineOf(const std::string& key) const {
  const std::size_t begin = std::min(prefix_.size() + kName.size(), key.size());
  std::int64_t number = 0;
  std::from_chars(key.data() + begin, key.data() + key.size(), number);
  if (number >= 1 && KeyOf(number) == key) return number;
  return absl::DataLossError("s3: there is an object that is not the archive's");
}

}  // namespace furnace::metering
