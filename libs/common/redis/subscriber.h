#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "libs/common/redis/connection.h"

namespace furnace::redis {

/// Listens to channels on a connection of its own, reconnecting by itself.
///
/// Messages sent while it is not connected are lost: `on_connect` is called each
/// time the subscription stands, and is where the owner looks at what it may have
/// missed. Both callbacks run on the subscriber's thread and must not block.
class Subscriber {
 public:
  using OnMessage = std::function<void(std::string_view channel, std::string_view message)>;

  Subscriber(ServerAddress address, std::vector<std::string> channels, OnMessage on_message,
             std::function<void()> on_connect);
  ~Subscriber();

  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

 private:
  void Loop();
  bool stopping() ABSL_LOCKS_EXCLUDED(mutex_);
  void Listen(Connection& connection);

  const ServerAddress address_;
  const std::vector<std::string> channels_;
  const OnMessage on_message_;
  const std::function<void()> on_connect_;
  const WakeEvent wake_;
  Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace furnace::redis
