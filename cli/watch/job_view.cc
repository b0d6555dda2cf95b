#include "cli/watch/job_view.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "cli/print/terminal.h"

namespace furnace::cli {
namespace {

// At most `limit` bytes of a text that may be long.
std::string Shorten(std::string_view text, std::size_t limit) {
  return Printable(text.size() <= limit ? text : text.substr(0, limit)) +
         (text.size() <= limit ? "" : "...");
}

std::string Elapsed(absl::Duration duration) {
  return FormatMillis(absl::ToInt64Milliseconds(duration));
}

}  // namespace

bool IsFinal(const std::string& status) {
  return status == "COMPLETED" || status == "FAILED" || status == "TIMED_OUT" ||
         status == "CANCELLED";
}

std::string Summary(const Answer& job, bool coloured) {
  std::string line = fmt::format(
      "{}: queued {}, ran {}, GPU time {}", ColouredStatus(Printable(job.Text("status")), coloured),
      FormatMillis(job.Int("delay_ms")), FormatMillis(job.Int("execution_ms")),
      FormatMicros(job.Int("gpu_time_us")));
  if (job.Int("cold_start_ms") > 0) {
    line += fmt::format(", cold start {}", FormatMillis(job.Int("cold_start_ms")));
  }
  if (job.Int("attempt") > 1) line += fmt::format(", attempt {}", job.Int("attempt"));
  return line;
}

JobView::JobView(bool live, absl::Time started) : live_(live), started_(started) {}

void JobView::ShowJob(const Answer& job, absl::Time now) {
  constexpr std::size_t kMaxProgress = 60;
  const std::string status = job.Text("status");
  detail_ = job.Text("worker_id").empty() ? "" : " on " + Printable(job.Text("worker_id"));
  if (job.Has("progress")) detail_ += " " + Shorten(job.Raw("progress"), kMaxProgress);
  const bool changed = status != status_;
  status_ = status;
  if (live_) {
    Draw(now);
  } else if (changed) {
    fmt::print(stderr, "{} after {}{}\n", Printable(status_), Elapsed(now - started_), detail_);
  }
}

void JobView::ShowChunk(const Answer& chunk) {
  constexpr std::size_t kMaxChunk = 200;
  Say(fmt::format("chunk {}: {}", chunk.Int("sequence"), Shorten(chunk.Raw("output"), kMaxChunk)));
}

void JobView::Tick(absl::Time now) {
  if (live_ && !status_.empty()) Draw(now);
}

void JobView::Say(const std::string& text) {
  Clear();
  fmt::print(stderr, "{}\n", text);
}

void JobView::Clear() {
  if (live_) fmt::print(stderr, "\r\x1b[K");
}

void JobView::Draw(absl::Time now) {
  static constexpr const char* kFrames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  constexpr int kFrameCount = 10;
  frame_ = (frame_ + 1) % kFrameCount;
  fmt::print(stderr, "\r\x1b[K{} {} {}{}", kFrames[frame_],
             ColouredStatus(Printable(status_), true), Elapsed(now - started_), detail_);
  std::fflush(stderr);
}

}  // namespace furnace::cli
