#include "cli/commands/batch_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/print/figures.h"
#include "cli/print/table.h"

namespace furnace::cli {

std::string BatchProgress(const Answer& batch) {
  const Answer counts = batch.Object("counts");
  std::vector<std::string> ends;
  std::int64_t ended = 0;
  for (const char* state : {"completed", "failed", "timed_out", "cancelled"}) {
    const std::int64_t jobs = counts.Int(state);
    ended += jobs;
    if (jobs > 0) ends.push_back(fmt::format("{} {}", jobs, state));
  }
  std::string text = fmt::format("{} of {} done", ended, batch.Int("total"));
  if (!ends.empty()) text += fmt::format(": {}", fmt::join(ends, ", "));
  const std::int64_t running = counts.Int("in_progress");
  if (running > 0) text += fmt::format("; {} running", running);
  return text;
}

std::string DescribeBatch(const Answer& batch) {
  Table table({"FIELD", "VALUE"});
  for (const char* field : {"id", "name", "endpoint_id"}) {
    const std::string value = batch.Text(field);
    if (!value.empty()) table.Add({field, value});
  }
  table.Add({"progress", BatchProgress(batch)});
  table.Add({"one worker", batch.Bool("one_worker") ? "yes" : "no"});
  for (const char* field : {"created_at", "started_at", "completed_at"}) {
    if (batch.Has(field)) table.Add({field, batch.Text(field)});
  }
  table.Add({"GPU time", FormatMicros(batch.Int("gpu_time_us"))});
  if (batch.Has("webhook")) {
    const Answer webhook = batch.Object("webhook");
    const std::string error = webhook.Text("last_error");
    table.Add({"webhook", fmt::format("{} {}{}", webhook.Text("url"), webhook.Text("status"),
                                      error.empty() ? "" : ": " + error)});
  }
  return table.ToString();
}

std::string FailureTable(const std::vector<Answer>& failures) {
  constexpr std::size_t kMaxShown = 100;
  Table table({"INDEX", "JOB", "STATUS", "CAUSE", "ERROR"});
  for (const Answer& failure : failures) {
    const Answer job = failure.Object("job");
    table.Add({std::to_string(failure.Int("index")), job.Text("id"), job.Text("status"),
               job.Text("cause"), job.Text("error").substr(0, kMaxShown)});
  }
  return table.ToString();
}

}  // namespace furnace::cli
