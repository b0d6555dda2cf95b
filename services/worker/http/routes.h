#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/worker/app/agent.h"

namespace furnace::worker {

/// What a handler may ask, of the RunPod worker protocol.
enum class Route { kTake, kTakeBatch, kStop, kDone, kStream, kPing };

struct Target {
  Route route = Route::kPing;
  std::string job_id;  // kDone and kStream.
  std::map<std::string, std::string, std::less<>> query;
};

/// Reads "/v2/<endpoint>/<route>/<worker>[/<job>]?<query>"; nullopt when it is no
/// such thing. Endpoint and worker are not looked at: the secret says who calls.
std::optional<Target> ParseTarget(std::string_view target);

/// Whether the route is a POST; the others are GETs.
bool IsPost(Route route);

/// Most jobs one take may bring.
inline constexpr std::size_t kBatchMax = 1000;

/// How many jobs a take asks for, from 1 to kBatchMax.
std::size_t JobsMax(const Target& target);

/// What a take tells, given the request's User-Agent.
TakeRequest ToTakeRequest(const Target& target, std::string_view user_agent);

/// The ids a ping lists.
std::vector<std::string> PingedJobs(const Target& target);

/// What a handler that failed a check of its own says in a ping; nullopt in any other ping.
struct Complaint {
  std::string check;
  std::string reason;
};
std::optional<Complaint> ComplaintIn(const Target& target);

/// The answer to a take: an array for kTakeBatch and of several jobs, else the one job.
std::string RenderJobs(Route route, const std::vector<TakePoll::Job>& jobs);

/// The answer to a stop poll.
std::string RenderStops(const std::vector<std::string>& job_ids);

}  // namespace furnace::worker
