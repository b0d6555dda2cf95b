#include <fmt/format.h>

#include "absl/time/clock.h"
#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/exit_code.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "cli/print/terminal.h"
#include "cli/watch/follow_job.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

// When the job is likely to start, and what it is likely to cost.
void AddForecast(const Answer& waiting, Table& table) {
  if (!waiting.Has("predicted_start_p50")) return;
  table.Add({"starts", fmt::format("{}, by {} nine times out of ten",
                                   FormatTimestamp(waiting.Text("predicted_start_p50")),
                                   FormatTimestamp(waiting.Text("predicted_start_p90")))});
  const std::int64_t nanos = waiting.Int("predicted_cost_nanos");
  if (nanos > 0) table.Add({"costs", fmt::format("about {}", FormatNanos(nanos))});
}

// A line for each attempt of a job that had to be tried again.
void AddAttempts(const Answer& job, Table& table) {
  const std::vector<Answer> attempts = job.Items("attempts");
  if (attempts.size() < 2) return;
  for (const Answer& attempt : attempts) {
    const std::string cause = attempt.Text("cause");
    const std::string how = !attempt.Has("ended_at") ? "runs"
                            : cause == "UNSPECIFIED"
                                ? "ended"
                                : fmt::format("{}: {}", cause, attempt.Text("error"));
    table.Add(
        {fmt::format("attempt {}", attempt.Int("attempt")),
         fmt::format("{} on {} ({}), billed {}: {}", FormatTimestamp(attempt.Text("started_at")),
                     attempt.Text("worker_id"), attempt.Text("gpu_type"),
                     FormatMicros(attempt.Int("billed_gpu_time_us")), how)});
  }
}

std::string Describe(const Answer& job) {
  Table table({"FIELD", "VALUE"});
  for (const char* field : {"id", "endpoint_id", "status", "cause", "error", "worker_id",
                            "gpu_type", "concurrency_key", "batch_id", "api_key_id"}) {
    const std::string value = job.Text(field);
    if (!value.empty() && value != "UNSPECIFIED") table.Add({field, value});
  }
  if (job.Has("tags") && job.Raw("tags") != "{}") {
    table.Add({"tags", std::string(job.Raw("tags"))});
  }
  if (job.Has("depends_on")) table.Add({"depends on", std::string(job.Raw("depends_on"))});
  for (const char* field : {"priority", "attempt", "retry_count"}) {
    table.Add({field, std::to_string(job.Int(field))});
  }
  for (const char* field :
       {"not_before", "expires_at", "queued_at", "started_at", "completed_at"}) {
    if (job.Has(field)) table.Add({field, job.Text(field)});
  }
  if (job.Has("waiting")) {
    const Answer waiting = job.Object("waiting");
    table.Add({"waits for", fmt::format("{}: {} (position {})", waiting.Text("constraint"),
                                        waiting.Text("detail"), waiting.Int("position"))});
    AddForecast(waiting, table);
  }
  table.Add({"queued for", FormatMillis(job.Int("delay_ms"))});
  table.Add({"ran for", FormatMillis(job.Int("execution_ms"))});
  table.Add({"cold start", FormatMillis(job.Int("cold_start_ms"))});
  table.Add({"GPU time", FormatMicros(job.Int("gpu_time_us"))});
  if (job.Has("gpu_memory_peak_mib")) {
    table.Add({"GPU memory", fmt::format("{} MiB at most", job.Int("gpu_memory_peak_mib"))});
  }
  AddAttempts(job, table);
  if (job.Has("output_url")) table.Add({"output_url", job.Text("output_url")});
  for (const char* field : {"progress", "input", "output"}) {
    constexpr std::size_t kMaxShown = 400;
    const std::string_view raw = job.Raw(field);
    if (raw.empty()) continue;
    table.Add({field, fmt::format("{}{}", raw.substr(0, kMaxShown),
                                  raw.size() > kMaxShown ? "... (--json shows all)" : "")});
  }
  return table.ToString();
}

struct OneOptions {
  std::string job;
  bool input = false;
  bool output_url = false;
};

void BindOne(CLI::App& command, OneOptions& options) {
  command.add_option("JOB", options.job, "its id")->required();
}

void BindGet(CLI::App& command, OneOptions& options) {
  BindOne(command, options);
  command.add_flag("--input", options.input, "show the input, too");
  command.add_flag("--output-url", options.output_url,
                   "show where the output can be fetched for a while, in its place");
}

absl::StatusOr<int> Get(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/jobs");
  target.Segment(options.job)
      .Query("include_input", options.input ? "true" : "")
      .Query("output_url", options.output_url ? "true" : "");
  FURNACE_ASSIGN_OR_RETURN(const Answer job, client.Get(target));
  return session.Show(job, Describe(job));
}

absl::StatusOr<int> Watch(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  JobView view(StderrIsTerminal() && !session.settings.json, absl::Now());
  bool written = true;
  const auto print_message = [&](std::string_view line) {
    if (session.settings.json) written = WriteOut(line) && WriteOut("\n") && written;
  };
  const auto job = FollowJob(client, options.job, view, print_message);
  view.Clear();
  FURNACE_RETURN_IF_ERROR(job.status());
  if (!written) return absl::DataLossError("cannot write to standard output");
  if (!session.settings.json) {
    FURNACE_RETURN_IF_ERROR(session.Show(*job, Describe(*job)).status());
  }
  return job->Text("status") == "COMPLETED" ? kExitOk : kExitJobFailed;
}

absl::StatusOr<int> Cancel(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(
      const Answer job,
      client.Post(Target("/v1/jobs").Segment(options.job).Segment("cancel"), "{}"));
  return session.Show(
      job, fmt::format("{} is {}\n", Printable(job.Text("id")),
                       ColouredStatus(Printable(job.Text("status")), StdoutIsTerminal())));
}

struct ListOptions {
  std::string endpoint;
  std::string status;
  std::string batch;
  std::size_t limit = 100;
};

void BindList(CLI::App& command, ListOptions& options) {
  constexpr std::size_t kMaxLimit = 100'000;
  command.add_option("--endpoint", options.endpoint, "only jobs of this one, by id or name");
  command.add_option("--batch", options.batch, "only jobs of this batch, by its id");
  command.add_option("--status", options.status, "only jobs in this state")
      ->transform(CLI::IsMember({"WAITING", "DELAYED", "IN_QUEUE", "IN_PROGRESS", "COMPLETED",
                                 "FAILED", "TIMED_OUT", "CANCELLED"},
                                CLI::ignore_case));
  command.add_option("--limit", options.limit, "most jobs to show (100)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/jobs");
  if (!options.endpoint.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
    target.Query("endpoint_id", id);
  }
  target.Query("status", options.status).Query("batch_id", options.batch);
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> jobs,
                           FetchAll(client, target, "jobs", options.limit));
  Table table({"ID", "STATUS", "QUEUED AT", "QUEUED", "RAN", "GPU", "GPU TIME"});
  for (const Answer& job : jobs) {
    table.Add({job.Text("id"), job.Text("status"), FormatTimestamp(job.Text("queued_at")),
               FormatMillis(job.Int("delay_ms")), FormatMillis(job.Int("execution_ms")),
               job.Text("gpu_type"), FormatMicros(job.Int("gpu_time_us"))});
  }
  return session.Show(JoinItems("jobs", jobs), table.ToString());
}

}  // namespace

void AddJobCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "job", "Work sent to endpoints");
  AddCommand<OneOptions>(noun, session, "get", "Show a job", BindGet, Get);
  AddCommand<OneOptions>(noun, session, "watch", "Follow a job to its end", BindOne, Watch);
  AddCommand<OneOptions>(noun, session, "cancel", "Cancel a job", BindOne, Cancel);
  AddCommand<ListOptions>(noun, session, "list", "List jobs, newest first", BindList, List);
}

}  // namespace furnace::cli
