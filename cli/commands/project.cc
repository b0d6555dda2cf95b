#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct QuotaOptions {
  std::string project = "me";
  std::int64_t queued_jobs = 0;
  std::int64_t concurrent_gpus = 0;
  std::int64_t requests_per_day = 0;
};

struct CreateOptions {
  std::string name;
  std::string id;
};

void BindCreate(CLI::App& command, CreateOptions& options) {
  command.add_option("NAME", options.name, "unique, of [a-z0-9-]")->required();
  command.add_option("--id", options.id, "UUID the platform knows it by (a new one)");
}

void BindQuota(CLI::App& command, QuotaOptions& options) {
  command.add_option("PROJECT", options.project, "UUID of the project (your own)");
}

void BindSetQuota(CLI::App& command, QuotaOptions& options) {
  command.add_option("PROJECT", options.project, "UUID of the project")->required();
  const auto add = [&command](const char* name, std::int64_t& value, const char* what) {
    command.add_option(name, value, what)->check(CLI::NonNegativeNumber);
  };
  add("--queued-jobs", options.queued_jobs, "jobs that may wait (the installation's)");
  add("--concurrent-gpus", options.concurrent_gpus, "GPUs of running jobs (any)");
  add("--requests-per-day", options.requests_per_day, "jobs submitted in a UTC day (any)");
}

std::string DescribeQuota(const Answer& project) {
  const Answer quota = project.Object("quota");
  Table table({"QUOTA", "MOST"});
  for (const char* name : {"max_queued_jobs", "max_concurrent_gpus", "max_requests_per_day"}) {
    const std::int64_t most = quota.Int(name);
    table.Add({name, most == 0 ? "-" : std::to_string(most)});
  }
  return table.ToString();
}

std::string Describe(const std::vector<Answer>& projects) {
  Table table({"NAME", "ID", "CREATED"});
  for (const Answer& project : projects) {
    table.Add(
        {project.Text("name"), project.Text("id"), FormatTimestamp(project.Text("created_at"))});
  }
  return table.ToString();
}

absl::StatusOr<int> Create(const Session& session, const CreateOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  std::string body =
      fmt::format(R"({{"name":{},"id":{}}})", json::Quote(options.name), json::Quote(options.id));
  FURNACE_ASSIGN_OR_RETURN(const Answer project,
                           client.Post(Target("/v1/projects"), std::move(body)));
  return session.Show(project, Describe({project}));
}

absl::StatusOr<int> List(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/projects")));
  return session.Show(answer, Describe(answer.Items("projects")));
}

absl::StatusOr<int> ShowQuota(const Session& session, const QuotaOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/projects");
  FURNACE_ASSIGN_OR_RETURN(const Answer project, client.Get(target.Segment(options.project)));
  return session.Show(project, DescribeQuota(project));
}

absl::StatusOr<int> SetQuota(const Session& session, const QuotaOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/projects");
  std::string body =
      fmt::format(R"({{"max_queued_jobs":{},"max_concurrent_gpus":{},"max_requests_per_day":{}}})",
                  options.queued_jobs, options.concurrent_gpus, options.requests_per_day);
  FURNACE_ASSIGN_OR_RETURN(
      const Answer project,
      client.Put(target.Segment(options.project).Segment("quota"), std::move(body)));
  return session.Show(project, DescribeQuota(project));
}

}  // namespace

void AddProjectCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "project", "Tenants (for operators)");
  AddCommand<CreateOptions>(noun, session, "create", "Create a project", BindCreate, Create);
  AddCommand<QuotaOptions>(noun, session, "quota", "Show what a project may use", BindQuota,
                           ShowQuota);
  AddCommand<QuotaOptions>(noun, session, "set-quota",
                           "Set what a project may use; what is left out is not limited",
                           BindSetQuota, SetQuota);
  AddCommand<NoOptions>(noun, session, "list", "List the projects you may see", BindNothing, List);
}

}  // namespace furnace::cli
