// The lines of the archive: each holds the hash of the one before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "services/metering/domain/sink_event.h"

namespace furnace::metering {

/// Where an archive ends.
struct ArchiveEnd {
  std::int64_t number = 0;                  // Of the last line, from 1; 0: there is none.
  std::pair<std::int64_t, int> event = {};  // seq and ordinal of its event.
  std::string hash = std::string(64, '0');  // SHA-256 of it in hexadecimal.
};

/// The line of `event` behind `end`, without a line feed; moves `end` on to it.
std::string ArchiveLine(const SinkEvent& event, ArchiveEnd& end);

/// The end of an archive whose last line is `line`. DATA_LOSS when it is none of ours.
absl::StatusOr<ArchiveEnd> EndAfter(std::string_view line);

}  // namespace furnace::metering
