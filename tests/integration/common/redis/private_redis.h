// A redis-server of the test's own, which it may stop, kill and starve.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "libs/common/redis/connection.h"

namespace furnace::redis {

/// Waits until `condition` holds; false when it does not come to.
bool Eventually(const std::function<bool()>& condition);

/// Where the suite's shared server is (FURNACE_TEST_REDIS_URL).
ServerAddress SharedRedis();

class PrivateRedis {
 public:
  /// Starts it on a free port of 127.0.0.1. `options` are further arguments.
  explicit PrivateRedis(std::vector<std::string> options = {});
  ~PrivateRedis();

  PrivateRedis(const PrivateRedis&) = delete;
  PrivateRedis& operator=(const PrivateRedis&) = delete;

  ServerAddress address() const;

  /// kill -9.
  void Kill();
  /// Starts it again, empty, on the same port.
  void Start();

 private:
  const std::vector<std::string> options_;
  const int port_;
  pid_t pid_ = 0;
};

}  // namespace furnace::redis
