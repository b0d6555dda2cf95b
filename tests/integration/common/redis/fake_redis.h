// A server that speaks Redis' protocol and answers what the test says.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "libs/common/base/mutex.h"
#include "libs/common/redis/connection.h"

namespace furnace::redis {

/// Serves one connection after another, from a thread of its own.
class FakeRedis {
 public:
  using Words = std::vector<std::string>;
  /// The bytes to answer a command with.
  using Answer = std::function<std::string(const Words&)>;

  explicit FakeRedis(Answer answer);
  ~FakeRedis();

  FakeRedis(const FakeRedis&) = delete;
  FakeRedis& operator=(const FakeRedis&) = delete;

  ServerAddress address() const;

  /// The first words of the commands so far.
  std::vector<std::string> commands();

 private:
  void Serve();
  void ServeConnection(int fd);

  const Answer answer_;
  const int listener_;
  Mutex mutex_;
  std::vector<std::string> commands_ ABSL_GUARDED_BY(mutex_);
  int connection_ ABSL_GUARDED_BY(mutex_) = -1;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace furnace::redis
