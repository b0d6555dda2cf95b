#include "services/gateway/app/endpoint_names.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <utility>

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
    const std::string id = Remembered(key, kKnownFor);
    if (!id.empty()) return done(id);
    directory_.Resolve(project_id, name,
                       [self = shared_from_this(), key,
                        done = std::move(done)](absl::StatusOr<std::string> resolved) mutable {
                         done(self->Learn(key, std::move(resolved)));
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
  };

  // Empty unless it was learned less than `age` ago.
  std::string Remembered(const std::string& key, absl::Duration age) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const Known* known = names_.Find(key);
    return known == nullptr || clock_.Now() - known->learned >= age ? "" : known->id;
  }

  absl::StatusOr<std::string> Learn(const std::string& key, absl::StatusOr<std::string> resolved)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    if (resolved.ok()) {
      MutexLock lock(mutex_);
      names_.Put(key, {*resolved, clock_.Now()});
      return resolved;
    }
    if (absl::IsNotFound(resolved.status())) {
      Forget(key);
      return resolved;
    }
    spdlog::warn("cannot resolve an endpoint's name: {}", resolved.status().ToString());
    std::string stale = Remembered(key, kStaleFor);
    if (!stale.empty()) return stale;
    return absl::UnavailableError("names of endpoints cannot be resolved at the moment");
  }

  EndpointDirectory& directory_;
  const Clock& clock_;
  Mutex mutex_;
  LruMap<Known> names_ ABSL_GUARDED_BY(mutex_){kCapacity};
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
