#include "cli/watch/follow_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

// What one stream after another has brought.
struct Progress {
  std::optional<Answer> job;
  absl::Status error;  // What the server said in the stream, or a bad line.
  std::int64_t last_chunk = 0;
  bool heard = false;  // Anything since the last reconnect.

  bool done() const { return !error.ok() || (job.has_value() && IsFinal(job->Text("status"))); }
};

void ReadMessage(std::string_view line, JobView& view, Progress& progress) {
  auto message = Answer::Parse(std::string(line));
  if (!message.ok()) {
    progress.error = Annotate(message.status(), "the stream");
    return;
  }
  if (message->Has("error")) {
    // The stream's end in place of an HTTP status. One that lags watches again.
    if (message->Text("code") != "RESOURCE_EXHAUSTED" && message->Text("code") != "UNAVAILABLE") {
      progress.error = absl::UnknownError(message->Text("error"));
    }
    return;
  }
  progress.heard = true;
  if (const std::int64_t dropped = message->Int("dropped"); dropped > 0) {
    view.Say(fmt::format("{} chunks are not kept any more", dropped));
  }
  for (const Answer& chunk : message->Items("chunks")) {
    progress.last_chunk = std::max(progress.last_chunk, chunk.Int("sequence"));
    view.ShowChunk(chunk);
  }
  if (message->Has("job")) {
    progress.job = message->Object("job");
    view.ShowJob(*progress.job, absl::Now());
  }
}

absl::Status FollowOnce(RestClient& client, const std::string& job_id, JobView& view,
                        const std::function<void(std::string_view)>& on_message,
                        Progress& progress) {
  Target target("/v1/jobs");
  target.Segment(job_id).Segment("watch");
  if (progress.last_chunk > 0) target.Query("after_chunk", std::to_string(progress.last_chunk));
  return client.Follow(
      target,
      [&](std::string_view line) {
        if (on_message) on_message(line);
        ReadMessage(line, view, progress);
        return !progress.done();
      },
      [&] { view.Tick(absl::Now()); });
}

}  // namespace

absl::StatusOr<Answer> FollowJob(RestClient& client, const std::string& job_id, JobView& view,
                                 const std::function<void(std::string_view)>& on_message) {
  constexpr int kMaxFruitlessTries = 35;
  constexpr absl::Duration kMaxDelay = absl::Seconds(2);
  Progress progress;
  absl::Duration delay = absl::Milliseconds(100);
  for (int fruitless = 0; fruitless < kMaxFruitlessTries; ++fruitless) {
    const absl::Status status = FollowOnce(client, job_id, view, on_message, progress);
    FURNACE_RETURN_IF_ERROR(progress.error);
    if (progress.done()) return *progress.job;
    if (!status.ok() && !absl::IsUnavailable(status)) return status;
    if (progress.heard) {
      fruitless = 0;
      delay = absl::Milliseconds(100);
    } else if (fruitless == 0) {
      view.Say("the gateway does not answer; trying again");
    }
    progress.heard = false;
    absl::SleepFor(delay);
    delay = std::min(delay * 2, kMaxDelay);
  }
  return Error(absl::StatusCode::kUnavailable,
               "the gateway is away; the job goes on: furnace job watch {}", job_id);
}

}  // namespace furnace::cli
