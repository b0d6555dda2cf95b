#include <fmt/format.h>

#include <iostream>

#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/commands/run_request.h"
#include "cli/commands/schedule_spec.h"
#include "cli/input.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr std::size_t kMaxSchedules = 1000;

Target SchedulesOf(const std::string& endpoint_id) {
  Target target("/v1/endpoints");
  target.Segment(endpoint_id).Segment("schedules");
  return target;
}

Target ScheduleTarget(const std::string& id) {
  Target target("/v1/schedules");
  target.Segment(id);
  return target;
}

std::string Describe(const Answer& schedule) {
  const Answer spec = schedule.Object("spec");
  std::string text = fmt::format(
      "id          {}\nname        {}\ncron        {}\ntime zone   {}\nstate       {}\n",
      schedule.Text("id"), Printable(spec.Text("name")), Printable(spec.Text("cron")),
      Printable(spec.Text("time_zone")), schedule.Bool("paused") ? "PAUSED" : "ACTIVE");
  for (const std::string& run : schedule.Texts("next_runs")) {
    text += fmt::format("next run    {}\n", FormatTimestamp(run));
  }
  if (schedule.Has("last_run_at")) {
    text += fmt::format("last run    {}\nlast job    {}\n",
                        FormatTimestamp(schedule.Text("last_run_at")),
                        Printable(schedule.Text("last_job_id")));
  }
  if (const std::string error = schedule.Text("last_error"); !error.empty()) {
    text += fmt::format("last error  {}\n", Printable(error));
  }
  return text;
}

struct CreateOptions {
  std::string endpoint;
  std::string input;
  ScheduleOptions spec;
};

void BindCreate(CLI::App& command, CreateOptions& options) {
  constexpr int kLeast = -10;
  constexpr int kMost = 10;
  ScheduleOptions& spec = options.spec;
  command.add_option("ENDPOINT", options.endpoint, "its id or name")->required();
  command.add_option("--name", spec.name, "unique in the endpoint, of [a-z0-9-]")->required();
  command.add_option("--cron", spec.cron, "\"minute hour day month weekday\" or @daily")
      ->required();
  command.add_option("--time-zone", spec.time_zone, "e.g. Europe/Berlin (UTC)");
  command.add_option("--input", options.input, "JSON, @FILE, or - for standard input")->required();
  command.add_option("--priority", spec.priority, "-10 (last) to 10 (first)")
      ->check(CLI::Range(kLeast, kMost));
  command.add_option("--ttl", spec.ttl_seconds, "see `furnace run`; so the next five");
  command.add_option("--timeout", spec.timeout_seconds, "");
  command.add_option("--concurrency-key", spec.concurrency_key, "");
  command.add_option("--window", spec.window, "")->check(IsWindow);
  command.add_option("--webhook", spec.webhook, "");
  command.add_option("--tag", spec.tags, "")->check(IsTag)->allow_extra_args(false);
  command.add_option("--missed-runs", spec.missed_runs, "RUN_ONCE, SKIP or RUN_ALL (RUN_ONCE)")
      ->transform(CLI::IsMember({"RUN_ONCE", "SKIP", "RUN_ALL"}, CLI::ignore_case));
  command.add_option("--overlap", spec.overlap, "ALLOW or SKIP (ALLOW)")
      ->transform(CLI::IsMember({"ALLOW", "SKIP"}, CLI::ignore_case));
}

absl::StatusOr<int> Create(const Session& session, const CreateOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::string input, LoadInput(options.input, std::cin));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  FURNACE_ASSIGN_OR_RETURN(const Answer schedule,
                           client.Post(SchedulesOf(id), ScheduleJson(options.spec, input)));
  return session.Show(schedule, Describe(schedule));
}

struct ListOptions {
  std::string endpoint;
};

void BindList(CLI::App& command, ListOptions& options) {
  command.add_option("ENDPOINT", options.endpoint, "its id or name")->required();
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> schedules,
                           FetchAll(client, SchedulesOf(id), "schedules", kMaxSchedules));
  Table table({"NAME", "ID", "CRON", "TIME ZONE", "NEXT RUN", "LAST RUN", "LAST ERROR"});
  for (const Answer& schedule : schedules) {
    const Answer spec = schedule.Object("spec");
    const std::string next = FormatTimestamp(schedule.Text("next_run_at"));
    table.Add({spec.Text("name"), schedule.Text("id"), spec.Text("cron"), spec.Text("time_zone"),
               schedule.Bool("paused") ? "paused" : next,
               FormatTimestamp(schedule.Text("last_run_at")), schedule.Text("last_error")});
  }
  return session.Show(JoinItems("schedules", schedules), table.ToString());
}

struct OneOptions {
  std::string schedule;
};

void BindOne(CLI::App& command, OneOptions& options) {
  command.add_option("SCHEDULE", options.schedule, "its id")->required();
}

absl::StatusOr<int> Get(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer schedule, client.Get(ScheduleTarget(options.schedule)));
  return session.Show(schedule, Describe(schedule));
}

// POST /v1/schedules/<id>/<verb>.
absl::StatusOr<int> Tell(const Session& session, const OneOptions& options, const char* verb) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer schedule,
                           client.Post(ScheduleTarget(options.schedule).Segment(verb), "{}"));
  return session.Show(schedule, Describe(schedule));
}

absl::StatusOr<int> Pause(const Session& session, const OneOptions& options) {
  return Tell(session, options, "pause");
}

absl::StatusOr<int> Resume(const Session& session, const OneOptions& options) {
  return Tell(session, options, "resume");
}

absl::StatusOr<int> Delete(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer schedule, client.Delete(ScheduleTarget(options.schedule)));
  return session.Show(
      schedule, fmt::format("deleted {} ({})\n", Printable(schedule.Object("spec").Text("name")),
                            Printable(schedule.Text("id"))));
}

}  // namespace

void AddScheduleCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "schedule", "Jobs at the times that a cron expression names");
  AddCommand<CreateOptions>(noun, session, "create", "Run a job again and again", BindCreate,
                            Create);
  AddCommand<ListOptions>(noun, session, "list", "List an endpoint's, oldest first", BindList,
                          List);
  AddCommand<OneOptions>(noun, session, "get", "Show a schedule and its next runs", BindOne, Get);
  AddCommand<OneOptions>(noun, session, "pause", "Run no more until resumed", BindOne, Pause);
  AddCommand<OneOptions>(noun, session, "resume", "Run again, from the next time on", BindOne,
                         Resume);
  AddCommand<OneOptions>(noun, session, "delete", "Delete a schedule; its jobs stay", BindOne,
                         Delete);
}

}  // namespace furnace::cli
