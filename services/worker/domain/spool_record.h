#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/common/base/result_limit.h"
#include "services/worker/domain/lease.h"
#include "services/worker/domain/outcome.h"

namespace furnace::worker {

/// A result as it is kept on disk until the scheduler has it.
struct SpoolRecord {
  std::string worker_id;
  LeaseId lease;
  Outcome outcome;

  bool operator==(const SpoolRecord&) const = default;
};

/// Largest file that Decode takes.
inline constexpr std::size_t kSpoolRecordBytesMax = kMaxResultBytes + (std::size_t{1} << 20);

/// The bytes of a file: a magic number with the format's version, the fields with
/// their lengths (little endian), and a checksum over all of it.
std::string Encode(const SpoolRecord& record);

/// The record in `bytes`. DATA_LOSS when they are not what Encode made.
absl::StatusOr<SpoolRecord> Decode(std::string_view bytes);

/// The file's name, for job ids of [A-Za-z0-9-]: "<job id>.<epoch>.result".
std::string SpoolFileName(const LeaseId& lease);

}  // namespace furnace::worker
