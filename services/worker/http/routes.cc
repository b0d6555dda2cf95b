#include "services/worker/http/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "libs/common/json/json.h"
#include "services/worker/domain/text.h"

namespace furnace::worker {
namespace {

struct Named {
  std::string_view name;
  Route route;
};

constexpr std::array kRoutes = {
    Named{"job-take", Route::kTake},     Named{"job-take-batch", Route::kTakeBatch},
    Named{"job-stop", Route::kStop},     Named{"job-done", Route::kDone},
    Named{"job-stream", Route::kStream}, Named{"ping", Route::kPing},
};

std::optional<Route> RouteNamed(std::string_view name) {
  const auto* found = std::find_if(kRoutes.begin(), kRoutes.end(),
                                   [&](const Named& each) { return each.name == name; });
  if (found == kRoutes.end()) return std::nullopt;
  return found->route;
}

// Splits at '/'; "/a/b" has the parts "", "a" and "b".
std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view Parameter(const Target& target, std::string_view name) {
  const auto found = target.query.find(name);
  return found == target.query.end() ? std::string_view() : std::string_view(found->second);
}

std::string Render(const TakePoll::Job& job) {
  const std::string_view input = job.input.empty() ? std::string_view("null") : job.input;
  const std::string s3_config =
      job.s3_config.empty() ? "" : fmt::format(R"(,"s3Config":{})", job.s3_config);
  return fmt::format(R"({{"id":{},"input":{}{}}})", json::Quote(job.id), input, s3_config);
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view target) {
  const std::size_t question = target.find('?');
  const std::vector<std::string_view> parts = Split(target.substr(0, question), '/');
  if (parts.size() < 5 || !parts[0].empty() || parts[1] != "v2") return std::nullopt;
  const std::optional<Route> route = RouteNamed(parts[3]);
  if (!route || parts.size() != (IsPost(*route) ? 6u : 5u)) return std::nullopt;
  Target parsed;
  parsed.route = *route;
  if (IsPost(*route)) parsed.job_id = PercentDecode(parts[5]);
  if (question != std::string_view::npos) parsed.query = ParseQuery(target.substr(question + 1));
  return parsed;
}

bool IsPost(Route route) { return route == Route::kDone || route == Route::kStream; }

std::size_t JobsMax(const Target& target) {
  if (target.route != Route::kTakeBatch) return 1;
  const std::string_view text = Parameter(target, "batch_size");
  std::size_t count = 1;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return std::clamp<std::size_t>(count, 1, kBatchMax);
}

TakeRequest ToTakeRequest(const Target& target, std::string_view user_agent) {
  TakeRequest request;
  const std::string_view in_progress = Parameter(target, "job_in_progress");
  if (!in_progress.empty()) request.in_progress = in_progress != "0";
  request.sdk = ParseUserAgent(user_agent);
  request.asks_for_free_slots = IsRunPodSdk(user_agent);
  return request;
}

std::vector<std::string> PingedJobs(const Target& target) {
  std::vector<std::string> ids;
  for (const std::string_view id : Split(Parameter(target, "job_id"), ',')) {
    if (!id.empty()) ids.emplace_back(id);
  }
  return ids;
}

std::optional<Complaint> ComplaintIn(const Target& target) {
  if (Parameter(target, "status") != "unhealthy") return std::nullopt;
  return Complaint{std::string(Parameter(target, "check")),
                   std::string(Parameter(target, "reason"))};
}

std::string RenderJobs(Route route, const std::vector<TakePoll::Job>& jobs) {
  if (route == Route::kTake && jobs.size() == 1) return Render(jobs.front());
  std::string array = "[";
  for (const TakePoll::Job& job : jobs) {
    if (array.size() > 1) array += ',';
    array += Render(job);
  }
  return array + "]";
}

std::string RenderStops(const std::vector<std::string>& job_ids) {
  std::string list;
  for (const std::string& id : job_ids) {
    if (!list.empty()) list += ',';
    list += json::Quote(id);
  }
  return fmt::format(R"({{"jobsToStop":[{}]}})", list);
}

}  // namespace furnace::worker
