#include "services/gateway/http/runpod/stream_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "libs/common/json/json.h"
#include "libs/common/proto_json/runpod_job.h"

namespace furnace::gateway::http::runpod {
namespace {

namespace v1 = furnace::v1;

bool HasFailed(const v1::Job& job) {
  return proto_json::IsFinal(job) && job.status() != v1::JOB_STATUS_COMPLETED;
}

bool IsVoid(const v1::Chunk& chunk, const v1::Job& job) {
  return chunk.has_attempt() && chunk.attempt() < job.attempt();
}

}  // namespace

void WriteStream(const v1::WatchResponse& news, const StreamCursor& from, std::string& out) {
  const v1::Job& job = news.job();
  fmt::format_to(std::back_inserter(out), R"({{"status":"{}","stream":[)",
                 proto_json::RunPodStatus(job));
  std::string_view separator;
  for (const v1::Chunk& chunk : news.chunks()) {
    if (IsVoid(chunk, job)) continue;
    out.append(separator).append(R"({"output":)").append(chunk.output());
    fmt::format_to(std::back_inserter(out), R"(,"sequence":{}}})", chunk.sequence());
    separator = ",";
  }
  const std::string error = HasFailed(job) ? json::Quote(proto_json::RunPodError(job)) : "";
  if (!error.empty() && from.told_end < job.version()) {
    fmt::format_to(std::back_inserter(out), R"({}{{"output":{{"error":{}}}}})", separator, error);
  }
  out += ']';
  if (!error.empty()) out += R"(,"error":)" + error;
  if (news.dropped() > 0) {
    fmt::format_to(std::back_inserter(out), R"(,"dropped":{})", news.dropped());
  }
  out += '}';
}

StreamCursor After(const v1::WatchResponse& news, const StreamCursor& from) {
  StreamCursor cursor = from;
  if (news.chunks_size() > 0) {
    cursor.chunk = std::max(cursor.chunk, news.chunks(news.chunks_size() - 1).sequence());
  }
  if (HasFailed(news.job())) cursor.told_end = std::max(cursor.told_end, news.job().version());
  return cursor;
}

}  // namespace furnace::gateway::http::runpod
