#pragma once

#include <list>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/gateway/http/session.h"

namespace furnace::gateway::http {

/// Who is connected to a server. Thread-safe.
class Places {
 public:
  Places() : state_(std::make_shared<State>()) {}

  /// A place, which may outlive this.
  std::unique_ptr<Place> Take();

  std::size_t count() const;
  std::vector<std::shared_ptr<Session>> Occupants() const;

  /// Whether all places were given back by `deadline`.
  bool WaitUntilEmpty(absl::Time deadline) const;

 private:
  class Taken;
  struct State {
    Mutex mutex;
    CondVar emptied;
    std::list<std::weak_ptr<Session>> occupants ABSL_GUARDED_BY(mutex);
  };

  const std::shared_ptr<State> state_;
};

}  // namespace furnace::gateway::http
