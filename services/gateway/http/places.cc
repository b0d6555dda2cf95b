#include "services/gateway/http/places.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/gateway/http/metrics.h"

namespace furnace::gateway::http {

class Places::Taken final : public Place {
 public:
  explicit Taken(std::shared_ptr<State> state) : state_(std::move(state)) {
    MutexLock lock(state_->mutex);
    self_ = state_->occupants.emplace(state_->occupants.end());
    OpenConnections().Increment();
  }

  ~Taken() override {
    OpenConnections().Decrement();
    MutexLock lock(state_->mutex);
    state_->occupants.erase(self_);
    if (state_->occupants.empty()) state_->emptied.SignalAll();
  }

  void Occupy(std::weak_ptr<Session> session) override {
    MutexLock lock(state_->mutex);
    *self_ = std::move(session);
  }

 private:
  const std::shared_ptr<State> state_;
  std::list<std::weak_ptr<Session>>::iterator self_;
};

std::unique_ptr<Place> Places::Take() { return std::make_unique<Taken>(state_); }

std::size_t Places::count() const {
  MutexLock lock(state_->mutex);
  return state_->occupants.size();
}

std::vector<std::shared_ptr<Session>> Places::Occupants() const {
  std::vector<std::shared_ptr<Session>> there;
  MutexLock lock(state_->mutex);
  for (const auto& occupant : state_->occupants) {
    if (auto session = occupant.lock()) there.push_back(std::move(session));
  }
  return there;
}

bool Places::WaitUntilEmpty(absl::Time deadline) const {
  MutexLock lock(state_->mutex);
  while (!state_->occupants.empty()) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    state_->emptied.WaitFor(state_->mutex, left);
  }
  return true;
}

}  // namespace furnace::gateway::http
