#include "services/gateway/app/authenticator.h"

#include <spdlog/spdlog.h>

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "libs/common/base/sha256.h"
#include "libs/common/base/status.h"
#include "services/gateway/domain/credentials.h"

namespace furnace::gateway {
namespace {

absl::Status UnknownKey() { return absl::UnauthenticatedError("unknown or revoked API key"); }

absl::Status CannotTell() {
  return absl::UnavailableError("API keys cannot be checked at the moment");
}

}  // namespace

// Apart from the Authenticator because lookups hold on to it.
class Authenticator::State : public std::enable_shared_from_this<State> {
 public:
  State(KeyDirectory& directory, const Clock& clock, const KeyCachePolicy& policy)
      : directory_(directory), clock_(clock), cache_(policy) {}

  void Find(const std::string& digest, Done done) ABSL_LOCKS_EXCLUDED(mutex_) {
    bool ask = false;
    absl::StatusOr<CallerPtr> answer = CannotTell();
    {
      MutexLock lock(mutex_);
      KeyCache::Answer found = cache_.Find(digest, clock_.Now());
      if (found.verdict == KeyCache::Verdict::kKnown) {
        answer = std::move(found.caller);
      } else if (found.verdict == KeyCache::Verdict::kUnknown) {
        answer = UnknownKey();
      } else if (JoinLocked(digest, done, ask)) {
        done = nullptr;
      }
    }
    if (ask) Ask(digest);
    if (done != nullptr) done(std::move(answer));
  }

 private:
  // Takes `done` over to wait for the lookup of the key, unless there are too many;
  // sets `ask` when it is the first to.
  bool JoinLocked(const std::string& digest, Done& done, bool& ask)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto joined = waiting_.find(digest);
    if (joined != waiting_.end()) {
      joined->second.push_back(std::move(done));
      return true;
    }
    if (waiting_.size() >= kMaxLookups) return false;
    waiting_[digest].push_back(std::move(done));
    ask = true;
    return true;
  }

  void Ask(const std::string& digest) {
    directory_.Resolve(digest,
                       [self = shared_from_this(), digest](absl::StatusOr<Caller> resolved) {
                         self->Learn(digest, std::move(resolved));
                       });
  }

  void Learn(const std::string& digest, absl::StatusOr<Caller> resolved)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Done> waiters;
    absl::StatusOr<CallerPtr> answer = nullptr;
    {
      MutexLock lock(mutex_);
      answer = RememberLocked(digest, std::move(resolved));
      waiters = std::move(waiting_.extract(digest).mapped());
    }
    for (Done& done : waiters) done(answer);
  }

  absl::StatusOr<CallerPtr> RememberLocked(const std::string& digest,
                                           absl::StatusOr<Caller> resolved)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const absl::Time now = clock_.Now();
    if (resolved.ok()) {
      auto caller = std::make_shared<const Caller>(*std::move(resolved));
      cache_.PutKnown(digest, caller, now);
      return caller;
    }
    if (absl::IsNotFound(resolved.status())) {
      cache_.PutUnknown(digest, now);
      return UnknownKey();
    }
    CallerPtr stale = cache_.PutUnreachable(digest, now);
    spdlog::warn("cannot resolve an API key{}: {}", stale == nullptr ? "" : ", using an old answer",
                 resolved.status().ToString());
    if (stale == nullptr) return CannotTell();
    return stale;
  }

  KeyDirectory& directory_;
  const Clock& clock_;
  Mutex mutex_;
  KeyCache cache_ ABSL_GUARDED_BY(mutex_);
  // Who waits for which key.
  std::unordered_map<std::string, std::vector<Done>> waiting_ ABSL_GUARDED_BY(mutex_);
};

Authenticator::Authenticator(KeyDirectory& directory, const Clock& clock,
                             const KeyCachePolicy& policy)
    : state_(std::make_shared<State>(directory, clock, policy)) {}

void Authenticator::Authenticate(std::string_view key, Done done) {
  if (key.empty()) {
    done(absl::UnauthenticatedError(
        "no API key: send it as \"Authorization: Bearer <key>\" or in X-API-Key"));
  } else if (!IsPlausibleKey(key)) {
    done(UnknownKey());
  } else {
    state_->Find(Sha256(key), std::move(done));
  }
}

absl::Status Authorize(const Caller& caller, Role needed) {
  if (Allows(caller.role, needed)) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "this needs role {}; the API key has {}",
               ToString(needed), ToString(caller.role));
}

}  // namespace furnace::gateway
