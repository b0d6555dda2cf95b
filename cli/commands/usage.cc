#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct UsageOptions {
  std::vector<std::string> by;
  std::string job;
  std::string endpoint;
  std::string from;
  std::string to;
};

void Bind(CLI::App& command, UsageOptions& options) {
  command.add_option("--by", options.by, "split by endpoint, gpu_type, hour; comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"endpoint", "gpu_type", "hour"}));
  command.add_option("--job", options.job, "only this job");
  command.add_option("--endpoint", options.endpoint, "only this endpoint, by id or name");
  command.add_option("--from", options.from, "start, RFC 3339 (first of this month, UTC)");
  command.add_option("--to", options.to, "end, RFC 3339 (now)");
}

absl::StatusOr<Target> MakeTarget(RestClient& client, const UsageOptions& options) {
  Target target("/v1/usage");
  for (std::string group : std::set<std::string>(options.by.begin(), options.by.end())) {
    std::transform(group.begin(), group.end(), group.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    target.Query("group_by", group);
  }
  if (!options.endpoint.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
    target.Query("endpoint_id", id);
  }
  target.Query("job_id", options.job);
  target.Query("start_time", options.from).Query("end_time", options.to);
  return target;
}

std::string Describe(const Answer& usage, const UsageOptions& options) {
  const auto is_grouped_by = [&](const char* group) {
    return std::find(options.by.begin(), options.by.end(), group) != options.by.end();
  };
  std::vector<std::string> headings;
  if (is_grouped_by("hour")) headings.push_back("HOUR");
  if (is_grouped_by("endpoint")) headings.push_back("ENDPOINT");
  if (is_grouped_by("gpu_type")) headings.push_back("GPU");
  const std::size_t group_count = headings.size();
  headings.insert(headings.end(), {"GPU TIME", "CREDITED", "INVOCATIONS", "COLD STARTS", "COST"});
  const auto add_figures = [](std::vector<std::string> cells, const Answer& row) {
    cells.insert(
        cells.end(),
        {FormatMicros(row.Int("gpu_time_us")), FormatMicros(row.Int("credited_gpu_time_us")),
         std::to_string(row.Int("invocations")), FormatMicros(row.Int("cold_start_us")),
         FormatNanos(row.Int("cost_nanos"))});
    return cells;
  };
  Table table(headings);
  for (const Answer& row : usage.Items("rows")) {
    if (group_count == 0) break;  // The one row is the total.
    std::vector<std::string> cells;
    if (is_grouped_by("hour")) cells.push_back(FormatTimestamp(row.Text("hour")));
    if (is_grouped_by("endpoint")) cells.push_back(row.Text("endpoint_id"));
    if (is_grouped_by("gpu_type")) cells.push_back(row.Text("gpu_type"));
    table.Add(add_figures(std::move(cells), row));
  }
  std::vector<std::string> keys(group_count);
  if (group_count > 0) keys.front() = "total";
  table.Add(add_figures(std::move(keys), usage.Object("total")));
  return table.ToString();
}

absl::StatusOr<int> Show(const Session& session, const UsageOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Target target, MakeTarget(client, options));
  FURNACE_ASSIGN_OR_RETURN(const Answer usage, client.Get(target));
  std::string text = Describe(usage, options);
  const std::int64_t unpriced_us = usage.Object("total").Int("unpriced_gpu_time_us");
  if (unpriced_us > 0) text += fmt::format("{} of it has no price\n", FormatMicros(unpriced_us));
  return session.Show(usage, text);
}

}  // namespace

void AddUsageCommand(CLI::App& app, Session& session) {
  AddCommand<UsageOptions>(app, session, "usage", "What the project used and what it costs", Bind,
                           Show);
}

}  // namespace furnace::cli
