#include "services/worker/http/open_requests.h"

#include <utility>

#include "services/worker/http/connection.h"

namespace furnace::worker {
namespace {

void Answer(const std::weak_ptr<Connection>& weak, unsigned status, std::string body,
            std::function<void()> failed = {}) {
  if (const auto connection = weak.lock()) {
    connection->Answer(status, std::move(body), std::move(failed));
  }
}

}  // namespace

OpenTake::OpenTake(std::weak_ptr<Connection> connection, Route route, std::size_t jobs_max)
    : connection_(std::move(connection)), route_(route), jobs_max_(jobs_max) {}

bool OpenTake::Alive() {
  const auto connection = connection_.lock();
  return connection != nullptr && connection->PeerWaits();
}

void OpenTake::Give(std::vector<Job> jobs, std::function<void()> failed) {
  Answer(connection_, 200, RenderJobs(route_, jobs), std::move(failed));
}

void OpenTake::Nothing() { Answer(connection_, 204, {}); }

OpenStop::OpenStop(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}

void OpenStop::Give(const std::vector<std::string>& job_ids) {
  Answer(connection_, 200, RenderStops(job_ids));
}

void OpenStop::Nothing() { Answer(connection_, 204, {}); }

OpenReport::OpenReport(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}

void OpenReport::Done() { Answer(connection_, 200, "{}"); }

void OpenReport::Busy() { Answer(connection_, 503, R"({"error":"try again"})"); }

}  // namespace furnace::worker
