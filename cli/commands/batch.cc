#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "cli/commands/batch_view.h"
#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/commands/json_object.h"
#include "cli/commands/run_request.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "cli/print/terminal.h"
#include "cli/watch/follow_batch.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr std::size_t kMaxLimit = 100'000;

Target BatchOf(const std::string& id) {
  Target target("/v1/batches");
  target.Segment(id);
  return target;
}

struct RunOptions {
  std::string endpoint;
  std::string inputs;
  std::string name;
  std::string webhook;
  std::vector<std::string> tags;
  bool one_worker = false;
  bool no_wait = false;
};

void BindRun(CLI::App& command, RunOptions& options) {
  command.add_option("ENDPOINT", options.endpoint, "its id or name")->required();
  command
      .add_option("INPUTS", options.inputs,
                  "@FILE, or - for standard input: JSON, one input a line, 1 to 1,000")
      ->required();
  command.add_option("--name", options.name, "what to call it");
  command.add_flag("--one-worker", options.one_worker,
                   "one job after another on the same worker, so that models load once");
  command.add_option("--webhook", options.webhook, "URL to post the batch to once it is done");
  command.add_option("--tag", options.tags, "name=value, to tell the jobs' costs by; repeatable")
      ->check(IsTag)
      ->allow_extra_args(false);
  command.add_flag("--no-wait", options.no_wait, "print the batch's id and return at once");
}

std::string RequestOf(const RunOptions& options, const std::vector<std::string>& inputs) {
  std::vector<std::string> jobs;
  jobs.reserve(inputs.size());
  for (const std::string& input : inputs) {
    JsonObject job;
    job.AddRaw("input", input);
    if (!options.tags.empty()) {
      job.AddRaw("options", fmt::format(R"({{"tags":{}}})", TagsJson(options.tags)));
    }
    jobs.push_back(job.ToString());
  }
  JsonObject request;
  request.AddRaw("jobs", fmt::format("[{}]", fmt::join(jobs, ",")));
  if (!options.name.empty()) request.Add("name", std::optional<std::string>(options.name));
  if (!options.webhook.empty()) {
    request.Add("webhook_url", std::optional<std::string>(options.webhook));
  }
  if (options.one_worker) request.Add("one_worker", std::optional<bool>(true));
  return request.ToString();
}

absl::StatusOr<int> Run(const Session& session, const RunOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> inputs,
                           LoadLines(options.inputs, std::cin));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string endpoint, ResolveEndpoint(client, options.endpoint));
  FURNACE_ASSIGN_OR_RETURN(const Answer submitted,
                           client.Post(Target("/v1/endpoints").Segment(endpoint).Segment("batch"),
                                       RequestOf(options, inputs)));
  const std::string id = submitted.Text("batch_id");
  if (options.no_wait) return session.Show(submitted, Printable(id) + "\n");
  fmt::print(stderr, "batch {}\n", Printable(id));
  FURNACE_ASSIGN_OR_RETURN(const Answer batch, FollowBatch(client, id, StderrIsTerminal()));
  FURNACE_ASSIGN_OR_RETURN(const int shown, session.Show(batch, DescribeBatch(batch)));
  const bool completed = batch.Object("counts").Int("completed") == batch.Int("total");
  return completed ? shown : kExitJobFailed;
}

struct OneOptions {
  std::string batch;
};

void BindOne(CLI::App& command, OneOptions& options) {
  command.add_option("BATCH", options.batch, "its id")->required();
}

absl::StatusOr<int> Get(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer batch, client.Get(BatchOf(options.batch)));
  return session.Show(batch, DescribeBatch(batch));
}

absl::StatusOr<int> Cancel(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer,
                           client.Post(BatchOf(options.batch).Segment("cancel"), "{}"));
  return session.Show(answer, fmt::format("cancelled {} jobs\n", answer.Int("cancelled")));
}

struct ListOptions {
  std::string endpoint;
  std::size_t limit = 20;
};

void BindList(CLI::App& command, ListOptions& options) {
  command.add_option("--endpoint", options.endpoint, "only batches of this one, by id or name");
  command.add_option("--limit", options.limit, "most batches to show (20)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  constexpr std::size_t kMaxPage = 100;
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/batches");
  if (!options.endpoint.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
    target.Query("endpoint_id", id);
  }
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> batches,
                           FetchAll(client, target, "batches", options.limit, kMaxPage));
  Table table({"ID", "NAME", "CREATED AT", "JOBS", "PROGRESS", "GPU TIME"});
  for (const Answer& batch : batches) {
    table.Add({batch.Text("id"), batch.Text("name"), FormatTimestamp(batch.Text("created_at")),
               std::to_string(batch.Int("total")), BatchProgress(batch),
               FormatMicros(batch.Int("gpu_time_us"))});
  }
  return session.Show(JoinItems("batches", batches), table.ToString());
}

struct FailureOptions {
  std::string batch;
  std::size_t limit = 100;
};

void BindFailures(CLI::App& command, FailureOptions& options) {
  command.add_option("BATCH", options.batch, "its id")->required();
  command.add_option("--limit", options.limit, "most jobs to show (100)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

absl::StatusOr<int> Failures(const Session& session, const FailureOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(
      const std::vector<Answer> failures,
      FetchAll(client, BatchOf(options.batch).Segment("failures"), "failures", options.limit));
  return session.Show(JoinItems("failures", failures), FailureTable(failures));
}

absl::StatusOr<int> WebhookSecret(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/webhooks/secret")));
  return session.Show(answer, Printable(answer.Text("secret")) + "\n");
}

}  // namespace

void AddBatchCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "batch", "Many jobs sent in one call");
  AddCommand<RunOptions>(noun, session, "run", "Send a batch and wait for its end", BindRun, Run);
  AddCommand<OneOptions>(noun, session, "get", "Show how a batch gets on", BindOne, Get);
  AddCommand<ListOptions>(noun, session, "list", "List batches, newest first", BindList, List);
  AddCommand<OneOptions>(noun, session, "cancel", "Cancel the jobs of a batch that are left",
                         BindOne, Cancel);
  AddCommand<FailureOptions>(noun, session, "failures", "List the jobs that ended without a result",
                             BindFailures, Failures);
  AddCommand<NoOptions>(noun, session, "webhook-secret", "Show what webhooks are signed with",
                        BindNothing, WebhookSecret);
}

}  // namespace furnace::cli
