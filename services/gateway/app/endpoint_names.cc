#include "services/gateway/app/endpoint_names.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/gateway/domain/lru_map.h"

namespace furnace::gateway {
namespace {

constexpr std::size_t kMaxNameChars = 63;

// Whether an endpoint can have this name; see EndpointSpec.name.
bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameChars && text.front() >= 'a' &&
         text.front() <= 'z' && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string KeyOf(const std::string& project_id, const std::string& name) {
  return project_id + '/' + name;
}

}  // namespace

// Apart from EndpointNames because lookups hold on to it.
class EndpointNames::State : public std::enable_shared_from_this<State> {
 public:
  State(EndpointDirectory& directory, const Clock& clock) : directory_(directory), clock_(clock) {}

  void Resolve(const std::string& project_id, const std::string& name, Done done)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const std::string key = KeyOf(project_id, name);
    const std::string id = Believed(key);
    if (!id.empty()) return done(id);
    if (!Join(key, std::move(done))) return;
    directory_.Resolve(project_id, name,
                       [self = shared_from_this(), key](absl::StatusOr<std::string> resolved) {
                         const auto answer = self->Learn(key, std::move(resolved));
                         for (Done& each : self->Leave(key)) each(answer);
                       });
  }

  void Forget(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    names_.Erase(key);
  }

 private:
  struct Known {
    std::string id;
    absl::Time learned;
    absl::Time believed_until;
  };

  // Empty when the registry must be asked.
  std::string Believed(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const Known* known = names_.Find(key);
    return known == nullptr || clock_.Now() >= known->believed_until ? "" : known->id;
  }

  // The registry could not be asked: what was last known, believed for a while; empty when
  // that is too old.
  std::string Stale(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    Known* known = names_.Find(key);
    const absl::Time now = clock_.Now();
    if (known == nullptr || now - known->learned >= kStaleFor) return "";
    known->believed_until = std::min(now + kRetryAfter, known->learned + kStaleFor);
    return known->id;
  }

  // Adds to who waits for a name; whether nobody did, so that it is to be asked for.
  bool Join(const std::string& key, Done done) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    std::vector<Done>& waiting = asked_for_[key];
    waiting.push_back(std::move(done));
    return waiting.size() == 1;
  }

  // Takes all who wait for a name.
  std::vector<Done> Leave(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    auto waiting = asked_for_.extract(key);
    return waiting.empty() ? std::vector<Done>() : std::move(waiting.mapped());
  }

  absl::StatusOr<std::string> Learn(const std::string& key, absl::StatusOr<std::string> resolved)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    if (resolved.ok()) {
      MutexLock lock(mutex_);
      const absl::Time now = clock_.Now();
      names_.Put(key, {.id = *resolved, .learned = now, .believed_until = now + kKnownFor});
      return resolved;
    }
    if (absl::IsNotFound(resolved.status())) {
      Forget(key);
      return resolved;
    }
    spdlog::warn("cannot resolve an endpoint's name: {}", resolved.status().ToString());
    std::string stale = Stale(key);
    if (!stale.empty()) return stale;
    return absl::UnavailableError("names of endpoints cannot be resolved at the moment");
  }

  EndpointDirectory& directory_;
  const Clock& clock_;
  Mutex mutex_;
  LruMap<Known> names_ ABSL_GUARDED_BY(mutex_){kCapacity};
  // Who waits for the registry's answer, by name. Bounded by the requests that are open.
  std::unordered_map<std::string, std::vector<Done>> asked_for_ ABSL_GUARDED_BY(mutex_);
};

EndpointNames::EndpointNames(EndpointDirectory& directory, const Clock& clock)
    : state_(std::make_shared<State>(directory, clock)) {}

void EndpointNames::Resolve(const std::string& project_id, const std::string& endpoint, Done done) {
  if (IsUuid(endpoint)) return done(endpoint);
  if (IsName(endpoint)) return state_->Resolve(project_id, endpoint, std::move(done));
  done(absl::NotFoundError("no such endpoint"));
}

void EndpointNames::Forget(const std::string& project_id, const std::string& endpoint) {
  state_->Forget(KeyOf(project_id, endpoint));
}

}  // namespace furnace::gateway
