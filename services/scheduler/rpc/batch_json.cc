#include "services/scheduler/rpc/batch_json.h"

#include <fmt/format.h>

#include <optional>

#include "libs/common/json/json.h"

namespace furnace::scheduler::rpc {
namespace {

std::string TimeMember(std::string_view name, std::optional<absl::Time> time) {
  if (!time) return "";
  return fmt::format(
      R"("{}":"{}",)", name,
      absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E*SZ", absl::FromUnixMicros(absl::ToUnixMicros(*time)),
                       absl::UTCTimeZone()));
}

std::string NameMember(std::string_view text) {
  return text.empty() ? "" : fmt::format(R"("name":{},)", json::Quote(text));
}

}  // namespace

std::string BatchJson(const Batch& batch) {
  const BatchCounts& counts = batch.counts;
  const bool done = IsDone(counts);
  return fmt::format(
      R"({{"id":"{}","endpoint_id":"{}","project_id":"{}",{}"done":{},"total":{},)"
      R"("counts":{{"waiting":{},"in_progress":{},"completed":{},"failed":{},"timed_out":{},)"
      R"("cancelled":{}}},"one_worker":{},{}{}{}"gpu_time_us":{}}})",
      batch.id, batch.endpoint_id, batch.project_id, NameMember(batch.options.name), done,
      Total(counts), counts.waiting, counts.in_progress, counts.completed, counts.failed,
      counts.timed_out, counts.cancelled, batch.options.one_worker,
      TimeMember("created_at", batch.created_at), TimeMember("started_at", batch.started_at),
      TimeMember("completed_at", done ? batch.ended_at : std::nullopt), batch.gpu_time_us);
}

}  // namespace furnace::scheduler::rpc
