#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "cli/print/terminal.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct ListOptions {
  std::string endpoint;
  std::size_t limit = 100;
};

void BindList(CLI::App& command, ListOptions& options) {
  constexpr std::size_t kMaxLimit = 100'000;
  command.add_option("ENDPOINT", options.endpoint, "its id or name")->required();
  command.add_option("--limit", options.limit, "most jobs to show (100)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

Target DeadLettersOf(const std::string& endpoint_id) {
  Target target("/v1/endpoints");
  target.Segment(endpoint_id).Segment("dead-letters");
  return target;
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> jobs,
                           FetchAll(client, DeadLettersOf(id), "jobs", options.limit));
  Table table({"ID", "COMPLETED AT", "ATTEMPTS", "CAUSE", "ERROR"});
  for (const Answer& job : jobs) {
    constexpr std::size_t kMaxShown = 100;
    table.Add({job.Text("id"), FormatTimestamp(job.Text("completed_at")),
               std::to_string(job.Int("attempt")), job.Text("cause"),
               job.Text("error").substr(0, kMaxShown)});
  }
  return session.Show(JoinItems("jobs", jobs), table.ToString());
}

struct RedriveOptions {
  std::string job;
  std::string endpoint;
};

void BindRedrive(CLI::App& command, RedriveOptions& options) {
  CLI::Option* job = command.add_option("JOB", options.job, "its id");
  command.add_option("--all", options.endpoint, "all of this endpoint's, by its id or name")
      ->excludes(job);
  command.require_option(1);
}

absl::StatusOr<int> RedriveJob(const Session& session, const std::string& id) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer job,
                           client.Post(Target("/v1/jobs").Segment(id).Segment("redrive"), "{}"));
  return session.Show(
      job, fmt::format("{} is {}\n", Printable(job.Text("id")),
                       ColouredStatus(Printable(job.Text("status")), StdoutIsTerminal())));
}

// A call takes a hundred dead letters, the newest first. Jobs that fail again at once
// are new ones, so that the calls might never run out of them.
absl::StatusOr<int> RedriveEndpoint(const Session& session, const std::string& endpoint) {
  constexpr int kMaxCalls = 1000;
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, endpoint));
  std::int64_t redriven = 0;
  bool more = true;
  for (int calls = 0; more && calls < kMaxCalls; ++calls) {
    FURNACE_ASSIGN_OR_RETURN(const Answer answer,
                             client.Post(DeadLettersOf(id).Segment("redrive"), "{}"));
    redriven += answer.Int("redriven");
    more = answer.Bool("more") && answer.Int("redriven") > 0;
  }
  return session.Show(fmt::format(R"({{"redriven":{},"more":{}}})", redriven, more),
                      fmt::format("redrove {} jobs{}\n", redriven, more ? "; some are left" : ""));
}

absl::StatusOr<int> Redrive(const Session& session, const RedriveOptions& options) {
  return options.endpoint.empty() ? RedriveJob(session, options.job)
                                  : RedriveEndpoint(session, options.endpoint);
}

}  // namespace

void AddDeadLetterCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "dead-letter", "Jobs that FAILED with their retries spent");
  AddCommand<ListOptions>(noun, session, "list", "List an endpoint's, newest first", BindList,
                          List);
  AddCommand<RedriveOptions>(noun, session, "redrive", "Queue one again, or all of an endpoint",
                             BindRedrive, Redrive);
}

}  // namespace furnace::cli
