#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

constexpr std::size_t kMaxLimit = 100'000;

Target SinkAt(const std::string& sink) {
  Target target("/v1/sinks");
  target.Segment(sink);
  return target;
}

absl::StatusOr<int> List(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/sinks")));
  Table table({"NAME", "DELIVERED", "PENDING", "HELD", "POISONED", "LAG", "LAST ERROR"});
  for (const Answer& sink : answer.Items("sinks")) {
    table.Add({sink.Text("name"), std::to_string(sink.Int("delivered_events")),
               std::to_string(sink.Int("pending_records")),
               std::to_string(sink.Int("held_records")),
               std::to_string(sink.Int("poisoned_events")),
               fmt::format("{} s", sink.Int("lag_seconds")), sink.Text("last_error")});
  }
  return session.Show(answer, table.ToString());
}

struct SinkOptions {
  std::string sink;
  std::size_t limit = 100;
};

void BindSink(CLI::App& command, std::string& sink) {
  command.add_option("SINK", sink, "waybill, lago, cloudevents, archive or s3")->required();
}

void BindPage(CLI::App& command, SinkOptions& options) {
  BindSink(command, options.sink);
  command.add_option("--limit", options.limit, "most to show (100)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

absl::StatusOr<int> Poisoned(const Session& session, const SinkOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(
      const std::vector<Answer> events,
      FetchAll(client, SinkAt(options.sink).Segment("poisoned"), "events", options.limit));
  Table table({"KEY", "TYPE", "JOB", "ATTEMPTS", "LAST", "ERROR"});
  for (const Answer& event : events) {
    table.Add({event.Text("key"), event.Text("event_type"), event.Text("job_id"),
               std::to_string(event.Int("attempts")), FormatTimestamp(event.Text("last_at")),
               event.Text("error")});
  }
  return session.Show(JoinItems("events", events), table.ToString());
}

struct RedriveOptions {
  std::string sink;
  std::vector<std::string> keys;
  bool all = false;
};

void BindRedrive(CLI::App& command, RedriveOptions& options) {
  BindSink(command, options.sink);
  auto* keys = command.add_option("KEY", options.keys, "keys of poisoned events");
  command.add_flag("--all", options.all, "all poisoned events of the sink")->excludes(keys);
}

absl::StatusOr<int> Redrive(const Session& session, const RedriveOptions& options) {
  if (options.all == !options.keys.empty()) return UsageError("redrive: give keys, or --all");
  std::string keys;
  for (const std::string& key : options.keys) {
    keys += (keys.empty() ? "" : ",") + json::Quote(key);
  }
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(
      const Answer answer,
      client.Post(SinkAt(options.sink).Segment("redrive"),
                  options.all ? R"({"all":true})" : fmt::format(R"({{"keys":[{}]}})", keys)));
  return session.Show(answer, fmt::format("{} events are sent again\n", answer.Int("redriven")));
}

struct ProjectOptions {
  std::string sink;
  std::string project;
  std::string account;
};

void BindSet(CLI::App& command, ProjectOptions& options) {
  BindSink(command, options.sink);
  command.add_option("PROJECT", options.project, "UUID of the project")->required();
  command.add_option("ACCOUNT", options.account, "what the sink calls it")->required();
}

absl::StatusOr<int> SetProject(const Session& session, const ProjectOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(
      const Answer answer,
      client.Put(SinkAt(options.sink).Segment("projects").Segment(options.project),
                 fmt::format(R"({{"account_id":{}}})", json::Quote(options.account))));
  return session.Show(answer, fmt::format("{} is {} in {}\n", Printable(options.project),
                                          Printable(options.account), Printable(options.sink)));
}

absl::StatusOr<int> ListProjects(const Session& session, const SinkOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(
      const std::vector<Answer> projects,
      FetchAll(client, SinkAt(options.sink).Segment("projects"), "projects", options.limit));
  Table table({"PROJECT", "ACCOUNT"});
  for (const Answer& project : projects) {
    table.Add({project.Text("project_id"), project.Text("account_id")});
  }
  return session.Show(JoinItems("projects", projects), table.ToString());
}

}  // namespace

void AddSinkCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "sink", "Where usage is sent (for operators)");
  AddCommand<NoOptions>(noun, session, "list", "Show each sink and what waits for it", BindNothing,
                        List);
  AddCommand<SinkOptions>(noun, session, "poisoned", "List events that a sink does not take",
                          BindPage, Poisoned);
  AddCommand<RedriveOptions>(noun, session, "redrive", "Send poisoned events again", BindRedrive,
                             Redrive);
  CLI::App& project = AddNoun(noun, "project", "What a sink calls projects");
  AddCommand<ProjectOptions>(project, session, "set", "Say what a sink calls a project", BindSet,
                             SetProject);
  AddCommand<SinkOptions>(project, session, "list", "List the projects that have a name", BindPage,
                          ListProjects);
}

}  // namespace furnace::cli
