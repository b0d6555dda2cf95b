#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

constexpr std::size_t kMaxEndpoints = 1000;

std::string Describe(const Answer& endpoint) {
  const Answer spec = endpoint.Object("spec");
  Table table({"FIELD", "VALUE"});
  table.Add({"id", endpoint.Text("id")});
  table.Add({"name", spec.Text("name")});
  table.Add({"status", endpoint.Text("status")});
  table.Add({"revision", std::to_string(endpoint.Int("revision"))});
  table.Add({"image", spec.Text("image_uri")});
  table.Add({"handler", spec.Text("handler_path")});
  table.Add({"gpus", fmt::format("{} of {}", spec.Int("gpu_count"),
                                 fmt::join(spec.Texts("gpu_types"), ", "))});
  table.Add({"vram at least", FormatMib(spec.Int("vram_min_mib"))});
  table.Add({"timeout", fmt::format("{} s", spec.Int("timeout_seconds"))});
  table.Add({"workers", fmt::format("{} to {}, idle ones kept {} s", spec.Int("min_workers"),
                                    spec.Int("max_workers"), spec.Int("idle_timeout_seconds"))});
  table.Add({"scaler", fmt::format("{} {}", spec.Text("scaler_type"), spec.Int("scaler_value"))});
  table.Add({"retries", std::to_string(spec.Int("max_retries"))});
  table.Add({"created", FormatTimestamp(endpoint.Text("created_at"))});
  return table.ToString();
}

void BindCreate(CLI::App& command, EndpointOptions& options) {
  command.add_option("--name", options.name, "unique in the project, of [a-z0-9-]")->required();
  command.add_option("--image", options.image, "container image, or file:///absolute/folder")
      ->required();
  command.add_option("--handler", options.handler, "program below the image (handler.py)");
  command.add_option("--gpu", options.gpus, "GPU type, the best first; repeatable (rtx4000)")
      ->allow_extra_args(false);
  command.add_option("--gpu-count", options.gpu_count, "GPUs per worker (1)");
  command.add_option("--vram-min", options.vram_min_mib, "least memory per GPU in MiB (any)");
  command.add_option("--timeout", options.timeout_seconds, "seconds an attempt may run (300)");
  command.add_option("--min-workers", options.min_workers, "workers kept without work (0)");
  command.add_option("--max-workers", options.max_workers, "most workers at a time (10)");
  command.add_option("--idle-timeout", options.idle_timeout_seconds,
                     "seconds a worker without work is kept (5)");
  command
      .add_option("--scaler-type", options.scaler_type,
                  "QUEUE_DELAY or REQUEST_COUNT (QUEUE_DELAY)")
      ->transform(CLI::IsMember({"QUEUE_DELAY", "REQUEST_COUNT"}, CLI::ignore_case));
  command.add_option("--scaler-value", options.scaler_value,
                     "seconds for QUEUE_DELAY (4), jobs per worker for REQUEST_COUNT (1)");
  command.add_option("--max-retries", options.max_retries, "further attempts of a failed job (0)");
  command.add_option("--env", options.env, "NAME=value for the handler; repeatable")
      ->allow_extra_args(false);
}

absl::StatusOr<int> Create(const Session& session, const EndpointOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(std::string spec, SpecJson(options));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer endpoint,
                           client.Post(Target("/v1/endpoints"), std::move(spec)));
  return session.Show(endpoint, Describe(endpoint));
}

absl::StatusOr<int> List(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> endpoints,
                           FetchAll(client, Target("/v1/endpoints"), "endpoints", kMaxEndpoints));
  Table table({"NAME", "ID", "GPU", "WORKERS", "REVISION", "IMAGE"});
  for (const Answer& endpoint : endpoints) {
    const Answer spec = endpoint.Object("spec");
    table.Add({spec.Text("name"), endpoint.Text("id"),
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
  return session.Show(endpoint, Describe(endpoint));
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
  AddCommand<OneOptions>(noun, session, "delete", "Delete an endpoint", BindOne, Delete);
}

}  // namespace furnace::cli
