// Requests of the handler that wait for the agent. What is answered after the
// connection ended is dropped.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/worker/app/ports.h"
#include "services/worker/http/routes.h"

namespace furnace::worker {

class Connection;

class OpenTake final : public TakePoll {
 public:
  OpenTake(std::weak_ptr<Connection> connection, Route route, std::size_t jobs_max);

  std::size_t jobs_max() const override { return jobs_max_; }
  bool Alive() override;
  void Give(std::vector<Job> jobs, std::function<void()> failed) override;
  void Nothing() override;

 private:
  const std::weak_ptr<Connection> connection_;
  const Route route_;
  const std::size_t jobs_max_;
};

class OpenStop final : public StopPoll {
 public:
  explicit OpenStop(std::weak_ptr<Connection> connection);

  void Give(const std::vector<std::string>& job_ids) override;
  void Nothing() override;

 private:
  const std::weak_ptr<Connection> connection_;
};

class OpenReport final : public Reply {
 public:
  explicit OpenReport(std::weak_ptr<Connection> connection);

  void Done() override;
  void Busy() override;

 private:
  const std::weak_ptr<Connection> connection_;
};

}  // namespace furnace::worker
