#include <fmt/format.h>

#include <algorithm>

#include "absl/time/time.h"
#include "cli/commands/commands.h"
#include "cli/commands/endpoint_spec.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

// What a report is split by: the group's name, and how its column is called and filled.
struct Group {
  const char* name;
  const char* heading;
  const char* field;
};
constexpr Group kGroups[] = {
    {"hour", "HOUR", "time"},          {"day", "DAY", "time"},
    {"month", "MONTH", "time"},        {"endpoint", "ENDPOINT", "endpoint_id"},
    {"gpu_type", "GPU", "gpu_type"},   {"kind", "KIND", "kind"},
    {"worker", "WORKER", "worker_id"}, {"job", "JOB", "job_id"},
    {"tag", "TAG", "tag_value"},       {"api_key", "API KEY", "api_key_id"}};

struct CostOptions {
  std::vector<std::string> by;
  std::string endpoint, gpu, kind, worker, tagged, api_key, from, to;
  bool jobs = false;
  int top = 0;
};

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void BindCost(CLI::App& command, CostOptions& options) {
  command
      .add_option("--by", options.by,
                  "split by hour, day, month, endpoint, gpu_type, api_key, kind, worker, job, "
                  "tag:NAME; comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--top", options.top, "only the dearest so many")->check(CLI::Range(1, 1'000));
  command.add_flag("--jobs", options.jobs, "count jobs, and say what one costs");
  command.add_option("--endpoint", options.endpoint, "only this endpoint, by id or name");
  command.add_option("--gpu", options.gpu, "only this GPU type");
  command.add_option("--kind", options.kind, "only attempt, worker, instance or storage")
      ->check(CLI::IsMember({"attempt", "worker", "instance", "storage"}));
  command.add_option("--worker", options.worker, "only this worker");
  command.add_option("--tag", options.tagged, "only usage with this tag: name=value");
  command.add_option("--key", options.api_key, "only jobs of this API key, by its id");
  command.add_option("--from", options.from,
                     "first full hour, RFC 3339 (first of this month, UTC)");
  command.add_option("--to", options.to, "end, a full hour, RFC 3339 (end of this hour)");
}

// The group called `name`, of which "tag:NAME" is one.
const Group* FindGroup(const std::string& name) {
  const std::string key = name.substr(0, name.find(':'));
  for (const Group& group : kGroups) {
    if (group.name == key && (key == "tag") == (key != name)) return &group;
  }
  return nullptr;
}

absl::Status AddGroups(const CostOptions& options, Target& target) {
  for (const std::string& name : options.by) {
    const Group* const group = FindGroup(name);
    if (group == nullptr) return UsageError(fmt::format("--by: {} is not a group", name));
    target.Query("group_by", Upper(group->name));
    if (name.starts_with("tag:")) target.Query("tag", name.substr(4));
  }
  return absl::OkStatus();
}

absl::StatusOr<Target> CostTarget(RestClient& client, const CostOptions& options) {
  Target target("/v1/reports/cost");
  FURNACE_RETURN_IF_ERROR(AddGroups(options, target));
  if (!options.endpoint.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
    target.Query("endpoint_id", id);
  }
  target.Query("gpu_type", options.gpu).Query("kind", Upper(options.kind));
  target.Query("worker_id", options.worker).Query("tagged", options.tagged);
  target.Query("api_key_id", options.api_key);
  target.Query("start_time", options.from).Query("end_time", options.to);
  target.Query("count_jobs", options.jobs ? "true" : "");
  if (options.top > 0) {
    target.Query("dearest_first", "true").Query("page_size", std::to_string(options.top));
  } else {
    target.Query("page_size", "1000");
  }
  return target;
}

// What is shown beside the costs.
struct Extras {
  bool jobs = false;
  bool tokens = false;
};

std::vector<std::string> Figures(std::vector<std::string> cells, const Answer& row,
                                 const Extras& extras) {
  const auto cost = [&](const char* field) {
    return row.Has(field) ? FormatNanos(row.Int(field)) : "-";
  };
  cells.insert(cells.end(),
               {FormatMicros(row.Int("gpu_time_us")), std::to_string(row.Int("invocations")),
                FormatNanos(row.Int("cost_nanos"))});
  if (extras.jobs) {
    cells.insert(cells.end(), {std::to_string(row.Int("jobs")), cost("nanos_per_job")});
  }
  if (extras.tokens) {
    cells.insert(cells.end(), {std::to_string(row.Int("tokens")), cost("nanos_per_1000_tokens")});
  }
  return cells;
}

std::string CellOf(const Group& group, const Answer& row) {
  std::string text = row.Text(group.field);
  if (std::string_view(group.field) == "time") return FormatTimestamp(text);
  return text.empty() ? "-" : text;
}

std::string DescribeCost(const Answer& report, const CostOptions& options) {
  const Answer total = report.Object("total");
  const Extras extras = {options.jobs, total.Int("tokens") > 0};
  std::vector<std::string> headings;
  for (const std::string& name : options.by) headings.emplace_back(FindGroup(name)->heading);
  headings.insert(headings.end(), {"GPU TIME", "INVOCATIONS", "COST"});
  if (extras.jobs) headings.insert(headings.end(), {"JOBS", "A JOB"});
  if (extras.tokens) headings.insert(headings.end(), {"TOKENS", "1,000 TOKENS"});
  Table table(headings);
  for (const Answer& row : report.Items("rows")) {
    if (options.by.empty()) break;  // The one row is the total.
    std::vector<std::string> cells;
    for (const std::string& name : options.by) cells.push_back(CellOf(*FindGroup(name), row));
    table.Add(Figures(std::move(cells), row, extras));
  }
  std::vector<std::string> keys(options.by.size());
  if (!keys.empty()) keys.front() = "total";
  table.Add(Figures(std::move(keys), total, extras));
  std::string text = table.ToString();
  const bool more = !report.Text("next_page_token").empty();
  if (more && options.top == 0) text += "there are more rows; ask for a shorter period\n";
  return text;
}

absl::StatusOr<int> ShowCost(const Session& session, const CostOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Target target, CostTarget(client, options));
  FURNACE_ASSIGN_OR_RETURN(const Answer report, client.Get(target));
  return session.Show(report, DescribeCost(report, options));
}

struct EstimateOptions {
  std::string endpoint;
  std::vector<std::string> gpus;
  int gpu_milli = 0;
  std::string time;
  int jobs = 1;
};

void BindEstimate(CLI::App& command, EstimateOptions& options) {
  command.add_option("--endpoint", options.endpoint,
                     "whose past jobs tell what is not given, by id or name");
  command.add_option("--gpu", options.gpus, "GPU types that it may run on; comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--gpu-milli", options.gpu_milli, "thousandths of a GPU that a job holds")
      ->check(CLI::Range(1, 16'000));
  command.add_option("--time", options.time, "how long a job takes: 90s, 2m30s");
  command.add_option("--jobs", options.jobs, "how many (1)")->check(CLI::Range(1, 1'000'000));
}

absl::StatusOr<std::string> EstimateBody(RestClient& client, const EstimateOptions& options) {
  std::string body = fmt::format(R"({{"jobs":{})", options.jobs);
  if (!options.endpoint.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
    body += fmt::format(R"(,"endpoint_id":{})", json::Quote(id));
  }
  if (!options.gpus.empty()) {
    std::string types;
    for (const std::string& gpu : options.gpus) {
      types += (types.empty() ? "" : ",") + json::Quote(gpu);
    }
    body += fmt::format(R"(,"gpu_types":[{}])", types);
  }
  if (options.gpu_milli > 0) body += fmt::format(R"(,"gpu_milli":{})", options.gpu_milli);
  if (!options.time.empty()) {
    absl::Duration time;
    if (!absl::ParseDuration(options.time, &time) || time <= absl::ZeroDuration()) {
      return UsageError("--time: must be like 90s or 2m30s");
    }
    body += fmt::format(R"(,"execution_us":{})", absl::ToInt64Microseconds(time));
  }
  return body + "}";
}

std::string DescribeEstimate(const Answer& estimate) {
  Table table({"GPU", "GPUS/1000", "TIME", "COST", "FROM"});
  const auto range = [](const std::string& low, const std::string& high) {
    return low == high ? low : fmt::format("{} to {}", low, high);
  };
  for (const Answer& row : estimate.Items("rows")) {
    const std::int64_t observed = row.Int("observed");
    table.Add({row.Text("gpu_type"), std::to_string(row.Int("gpu_milli")),
               range(FormatMicros(row.Int("low_execution_us")),
                     FormatMicros(row.Int("high_execution_us"))),
               row.Bool("priced")
                   ? range(FormatNanos(row.Int("low_nanos")), FormatNanos(row.Int("high_nanos")))
                   : "no price",
               observed == 0 ? "given" : fmt::format("{} past jobs", observed)});
  }
  return table.ToString();
}

absl::StatusOr<int> ShowEstimate(const Session& session, const EstimateOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const std::string body, EstimateBody(client, options));
  FURNACE_ASSIGN_OR_RETURN(const Answer estimate,
                           client.Post(Target("/v1/reports/estimate"), body));
  return session.Show(estimate, DescribeEstimate(estimate));
}

struct ForecastOptions {
  std::string endpoint;
};

void BindForecast(CLI::App& command, ForecastOptions& options) {
  command.add_option("--endpoint", options.endpoint, "only this endpoint, by id or name");
}

std::string DescribeForecast(const Answer& forecast) {
  const std::string so_far =
      fmt::format("this month so far  {}\n", FormatNanos(forecast.Int("month_to_date_nanos")));
  if (forecast.Bool("insufficient_history")) {
    return so_far + "less than 7 days of usage: too little for a forecast\n";
  }
  return so_far + fmt::format("at its end         {} ({} to {})\nas in the last     {} {}\n",
                              FormatNanos(forecast.Int("likely_nanos")),
                              FormatNanos(forecast.Int("low_nanos")),
                              FormatNanos(forecast.Int("high_nanos")), forecast.Int("periods"),
                              forecast.Int("period_hours") == 24 ? "days" : "weeks");
}

absl::StatusOr<int> ShowForecast(const Session& session, const ForecastOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/reports/forecast");
  if (!options.endpoint.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string id, ResolveEndpoint(client, options.endpoint));
    target.Query("endpoint_id", id);
  }
  FURNACE_ASSIGN_OR_RETURN(const Answer forecast, client.Get(target));
  return session.Show(forecast, DescribeForecast(forecast));
}

}  // namespace

void AddReportCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "report", "What things cost, and are going to");
  AddCommand<CostOptions>(noun, session, "cost", "Show costs by what you like", BindCost, ShowCost);
  AddCommand<EstimateOptions>(noun, session, "estimate", "Show what jobs are going to cost",
                              BindEstimate, ShowEstimate);
  AddCommand<ForecastOptions>(noun, session, "forecast", "Show what this month is going to cost",
                              BindForecast, ShowForecast);
}

}  // namespace furnace::cli
