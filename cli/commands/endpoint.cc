#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/endpoint_options.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/commands/endpoint_view.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr std::size_t kMaxEndpoints = 1000;

void BindCreate(CLI::App& command, EndpointOptions& options) {
  command.add_option("--name", options.name, "unique in the project, of [a-z0-9-]")->required();
  BindSpec(command, options);
  command.get_option("--image")->required();
}

absl::StatusOr<int> Create(const Session& session, const EndpointOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(std::string spec, SpecJson(options));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer endpoint,
                           client.Post(Target("/v1/endpoints"), std::move(spec)));
  return session.Show(endpoint, DescribeEndpoint(endpoint));
}

absl::StatusOr<int> List(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> endpoints,
                           FetchAll(client, Target("/v1/endpoints"), "endpoints", kMaxEndpoints));
  Table table({"NAME", "ID", "STATUS", "GPU", "WORKERS", "REVISION", "IMAGE"});
  for (const Answer& endpoint : endpoints) {
    const Answer spec = endpoint.Object("spec");
    table.Add({spec.Text("name"), endpoint.Text("id"), endpoint.Text("status"),
               fmt::format("{}", fmt::join(spec.Texts("gpu_types"), ",")),
               fmt::format("{}-{}", spec.Int("min_workers"), spec.Int("max_workers")),
               std::to_string(endpoint.Int("revision")), spec.Text("image_uri")});
  }
  return session.Show(JoinItems("endpoints", endpoints), table.ToString());
}

struct OneOptions {
  std::string endpoint;
};

void BindOne(CLI::App& command, OneOptions& options) {
  command.add_option("ENDPOINT", options.endpoint, "its id or name")->required();
}

absl::StatusOr<int> Get(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  FURNACE_ASSIGN_OR_RETURN(const Answer endpoint, client.Get(Target("/v1/endpoints").Segment(id)));
  return session.Show(endpoint, DescribeEndpoint(endpoint));
}

struct UpdateOptions {
  std::string endpoint;
  EndpointOptions spec;
};

void BindUpdate(CLI::App& command, UpdateOptions& options) {
  command.add_option("ENDPOINT", options.endpoint, "its id or name")->required();
  BindSpec(command, options.spec);
  command
      .add_option("--unset-env", options.spec.unset_env,
                  "NAME to take from the environment; repeatable")
      ->allow_extra_args(false);
}

// The API replaces a whole spec, so what was not given is sent as it was found. Somebody
// else's update in between is lost.
absl::StatusOr<int> Update(const Session& session, const UpdateOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  Target target("/v1/endpoints");
  target.Segment(id);
  FURNACE_ASSIGN_OR_RETURN(const Answer current, client.Get(target));
  FURNACE_ASSIGN_OR_RETURN(std::string spec, SpecJson(options.spec, current.Object("spec").json()));
  FURNACE_ASSIGN_OR_RETURN(const Answer endpoint, client.Put(target, std::move(spec)));
  return session.Show(endpoint, DescribeEndpoint(endpoint));
}

// POST /v1/endpoints/<id>/<verb>.
absl::StatusOr<Answer> Tell(const Session& session, const OneOptions& options, const char* verb) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  return client.Post(Target("/v1/endpoints").Segment(id).Segment(verb), "{}");
}

absl::StatusOr<int> ShowStatus(const Session& session, const absl::StatusOr<Answer>& endpoint) {
  FURNACE_RETURN_IF_ERROR(endpoint.status());
  return session.Show(*endpoint,
                      fmt::format("{} is {}\n", Printable(endpoint->Object("spec").Text("name")),
                                  Printable(endpoint->Text("status"))));
}

absl::StatusOr<int> Pause(const Session& session, const OneOptions& options) {
  return ShowStatus(session, Tell(session, options, "pause"));
}

absl::StatusOr<int> Resume(const Session& session, const OneOptions& options) {
  return ShowStatus(session, Tell(session, options, "resume"));
}

absl::StatusOr<int> Purge(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, Tell(session, options, "purge"));
  return session.Show(answer, fmt::format("cancelled {} jobs\n", answer.Int("purged")));
}

absl::StatusOr<int> Health(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  FURNACE_ASSIGN_OR_RETURN(const Answer health,
                           client.Get(Target("/v1/endpoints").Segment(id).Segment("health")));
  return session.Show(health, DescribeHealth(health));
}

absl::StatusOr<int> Delete(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
  FURNACE_ASSIGN_OR_RETURN(const Answer endpoint,
                           client.Delete(Target("/v1/endpoints").Segment(id)));
  return session.Show(endpoint, fmt::format("deleted {} ({})\n",
                                            Printable(endpoint.Object("spec").Text("name")), id));
}

}  // namespace

void AddEndpointCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "endpoint", "Deployed handlers");
  AddCommand<EndpointOptions>(noun, session, "create", "Declare an endpoint", BindCreate, Create);
  AddCommand<NoOptions>(noun, session, "list", "List the project's endpoints", BindNothing, List);
  AddCommand<OneOptions>(noun, session, "get", "Show an endpoint", BindOne, Get);
  AddCommand<OneOptions>(noun, session, "health", "Count an endpoint's jobs and workers", BindOne,
                         Health);
  AddCommand<UpdateOptions>(noun, session, "update", "Change what is given of an endpoint",
                            BindUpdate, Update);
  AddCommand<OneOptions>(noun, session, "pause", "Take jobs and start none", BindOne, Pause);
  AddCommand<OneOptions>(noun, session, "resume", "Start jobs again", BindOne, Resume);
  AddCommand<OneOptions>(noun, session, "purge", "Cancel every job that does not run", BindOne,
                         Purge);
  AddCommand<OneOptions>(noun, session, "delete", "Delete an endpoint", BindOne, Delete);
}

}  // namespace furnace::cli
