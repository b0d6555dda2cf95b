#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "absl/time/clock.h"
#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/commands/run_request.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/print/table.h"
#include "cli/print/terminal.h"
#include "cli/session.h"
#include "cli/watch/follow_job.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct RunOptions {
  std::string endpoint;
  std::string task;
  std::string input;
  std::string output;
  JobOptions job;
  bool no_wait = false;
};

// The API takes an empty key for none: a script whose variable is not set would not be
// told.
std::string IsGiven(const std::string& text) { return text.empty() ? "is empty" : ""; }

void Bind(CLI::App& command, RunOptions& options) {
  constexpr int kLeast = -10;
  constexpr int kMost = 10;
  CLI::Option* const endpoint = command.add_option("ENDPOINT", options.endpoint, "its id or name");
  command.add_option("--task", options.task, "instead: an endpoint that declares this task type")
      ->excludes(endpoint);
  command.add_option("--input", options.input, "JSON, @FILE, or - for standard input")->required();
  command.add_option("--priority", options.job.priority, "-10 (last) to 10 (first)")
      ->check(CLI::Range(kLeast, kMost));
  command.add_option("--not-before", options.job.not_before,
                     "when it may run at the earliest, RFC 3339 (now)");
  command.add_option("--ttl", options.job.ttl_seconds,
                     "seconds after which it is TIMED_OUT if it does not run (the endpoint's)");
  command.add_option("--timeout", options.job.timeout_seconds,
                     "seconds an attempt may run (the endpoint's)");
  command
      .add_option("--idempotency-key", options.job.idempotency_key,
                  "a second submit with it is the same job")
      ->check(IsGiven);
  command.add_option("--concurrency-key", options.job.concurrency_key,
                     "jobs that share it run one at a time");
  command
      .add_option("--ack", options.job.ack,
                  "QUEUED, or PERSISTED: the job is in PostgreSQL, too (QUEUED)")
      ->transform(CLI::IsMember({"QUEUED", "PERSISTED"}, CLI::ignore_case));
  command
      .add_option("--depends-on", options.job.depends_on,
                  "id of a job that must end first; repeatable")
      ->allow_extra_args(false);
  command
      .add_option("--on-parent-failure", options.job.on_parent_failure,
                  "what becomes of it when one of these does not complete: fail, skip or continue "
                  "(fail)")
      ->transform(CLI::IsMember({"FAIL", "SKIP", "CONTINUE"}, CLI::ignore_case));
  command
      .add_option("--window", options.job.window,
                  "when it may start, e.g. 22:00-06:00@Europe/Berlin@mon,tue (at any time)")
      ->check(IsWindow);
  CLI::Option* const critical =
      command.add_flag("--critical", options.job.critical,
                       "goes before all others, and a worker starts for it at once");
  command
      .add_flag("--starts-no-worker", options.job.starts_no_worker,
                "runs when a worker is there for other jobs; starts none")
      ->excludes(critical);
  command.add_option("--gpu", options.job.gpus, "of the endpoint's GPU types; repeatable")
      ->allow_extra_args(false);
  command.add_option("--vram-min", options.job.vram_min_mib, "least memory per GPU in MiB (any)");
  command.add_option("--region", options.job.region, "where its worker must be (anywhere)");
  command.add_flag("--latency-sensitive", options.job.latency_sensitive,
                   "never on a federated worker");
  command.add_option("--model", options.job.model, "workers that have it warm go first");
  CLI::Option* const webhook = command.add_option(
      "--webhook", options.job.webhook, "URL to post the job to once it is final (the endpoint's)");
  command
      .add_option("--webhook-format", options.job.webhook_format,
                  "FURNACE, or RUNPOD: as RunPod's receivers expect it (FURNACE)")
      ->transform(CLI::IsMember({"FURNACE", "RUNPOD"}, CLI::ignore_case))
      ->needs(webhook);
  command.add_option("--tag", options.job.tags, "name=value, to tell its costs by; repeatable")
      ->check(IsTag)
      ->allow_extra_args(false);
  command.add_flag("--no-wait", options.no_wait, "print the job's id and return at once");
  command.add_option("--output", options.output, "write the result's JSON to this file");
}

absl::StatusOr<Answer> Submit(RestClient& client, const RunOptions& options,
                              const std::string& input) {
  if (!options.task.empty()) {
    return client.Post(Target("/v1/tasks").Segment(options.task).Segment("run"),
                       RunJson(options.job, input));
  }
  if (options.endpoint.empty()) return UsageError("an ENDPOINT or --task is needed");
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  return client.Post(Target("/v1/endpoints").Segment(id).Segment("run"),
                     RunJson(options.job, input));
}

absl::Status WriteFile(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << "\n";
  file.close();
  if (file) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "cannot write {}", path);
}

// The result as people want it: on a terminal not a screenful of base64.
std::string ResultText(const Answer& job, const RunOptions& options) {
  constexpr std::size_t kMaxShown = 4096;
  const std::string_view output = job.Raw("output");
  if (!options.output.empty()) return "";
  if (output.empty()) return "null\n";
  if (!StdoutIsTerminal()) return fmt::format("{}\n", output);
  if (output.size() <= kMaxShown) return Printable(output) + "\n";
  return fmt::format("{}\n... {} bytes in all; --output FILE keeps them\n",
                     Printable(output.substr(0, kMaxShown)), output.size());
}

absl::StatusOr<int> Finish(const Session& session, const RunOptions& options, const Answer& job) {
  const bool completed = job.Text("status") == "COMPLETED";
  if (completed && !options.output.empty()) {
    FURNACE_RETURN_IF_ERROR(
        WriteFile(options.output, job.Has("output") ? job.Raw("output") : "null"));
  }
  fmt::print(stderr, "{}\n", Summary(job, StderrIsTerminal()));
  if (!completed) fmt::print(stderr, "{}\n", Printable(job.Text("error")));
  FURNACE_ASSIGN_OR_RETURN(const int shown,
                           session.Show(job, completed ? ResultText(job, options) : ""));
  return completed ? shown : kExitJobFailed;
}

absl::StatusOr<int> Run(const Session& session, const RunOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::string input, LoadInput(options.input, std::cin));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  const absl::Time started = absl::Now();
  FURNACE_ASSIGN_OR_RETURN(const Answer submitted, Submit(client, options, input));
  const std::string id = submitted.Text("id");
  if (options.no_wait) return session.Show(submitted, Printable(id) + "\n");

  JobView view(StderrIsTerminal(), started);
  view.Say(fmt::format("job {}", Printable(id)));
  const auto job = FollowJob(client, id, view, nullptr);
  view.Clear();
  FURNACE_RETURN_IF_ERROR(job.status());
  return Finish(session, options, *job);
}

}  // namespace

void AddRunCommand(CLI::App& app, Session& session) {
  AddCommand<RunOptions>(app, session, "run", "Send a job and wait for its result", Bind, Run);
}

}  // namespace furnace::cli
