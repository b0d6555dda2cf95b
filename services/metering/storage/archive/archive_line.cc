#include "services/metering/storage/archive/archive_line.h"

#include <fmt/format.h>

#include "absl/strings/escaping.h"
#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/metering/app/sink_json.h"

namespace furnace::metering {
namespace {

std::string HashOf(std::string_view line) { return absl::BytesToHexString(Sha256(line)); }

}  // namespace

std::string ArchiveLine(const SinkEvent& event, ArchiveEnd& end) {
  using json::Quote;
  end.number += 1;
  end.event = {event.seq, event.ordinal};
  std::string line = ObjectJson({{"line", fmt::to_string(end.number)},
                                 {"previous", Quote(end.hash)},
                                 {"seq", fmt::to_string(event.seq)},
                                 {"ordinal", fmt::to_string(event.ordinal)},
                                 {"key", Quote(event.key)},
                                 {"type", Quote(NameOf(event.kind))},
                                 {"project_id", Quote(event.project_id)},
                                 {"lease_id", Quote(event.lease_id)},
                                 {"time", Quote(Rfc3339(event.time_us))},
                                 {"metrics", NumbersJson(event.metrics)},
                                 {"metadata", TextsJson(event.metadata)}});
  end.hash = HashOf(line);
  return line;
}

absl::StatusOr<ArchiveEnd> EndAfter(std::string_view line) {
  const auto number_at = [&](const char* pointer) -> absl::StatusOr<std::int64_t> {
    FURNACE_ASSIGN_OR_RETURN(const std::string_view value, json::At(line, pointer));
    return json::AsInt64(value);
  };
  if (!json::Validate(line).ok()) return absl::DataLossError("archive: the last line is no JSON");
  const auto number = number_at("/line");
  const auto seq = number_at("/seq");
  const auto ordinal = number_at("/ordinal");
  if (!number.ok() || !seq.ok() || !ordinal.ok()) {
    return absl::DataLossError("archive: the last line is not an event");
  }
  return ArchiveEnd{
      .number = *number, .event = {*seq, static_cast<int>(*ordinal)}, .hash = HashOf(line)};
}

}  // namespace furnace::metering
