#pragma once

#include <deque>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "libs/common/base/mutex.h"
#include "services/gateway/app/ports.h"

namespace furnace::gateway::testing {

/// Services without gRPC: every unary call is answered with `reply`, every stream
/// sends `reply` `messages` times, from a thread of its own, as the real ones do.
class MemoryBackends final : public Backends {
 public:
  MemoryBackends(std::string reply, int messages);
  ~MemoryBackends() override;

  std::shared_ptr<OngoingCall> Start(Call call, OnReply on_reply) override;
  std::shared_ptr<OngoingStream> Open(Call call) override;

 private:
  class MemoryStream;
  using Work = absl::AnyInvocable<void()>;

  // The thread's work; streams may outlive the backends.
  struct Queue {
    void Push(Work work) ABSL_LOCKS_EXCLUDED(mutex);
    void Run() ABSL_LOCKS_EXCLUDED(mutex);

    Mutex mutex;
    CondVar changed;
    std::deque<Work> waiting ABSL_GUARDED_BY(mutex);
    bool stopped ABSL_GUARDED_BY(mutex) = false;
  };

  const std::string reply_;
  const int messages_;
  const std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
  std::thread thread_;
};

/// Knows one key, "fk_runner", and everything else not.
class OneKey final : public KeyDirectory {
 public:
  void Resolve(const std::string& key_sha256, Done done) override;
};

/// Knows no endpoint by name.
class NoEndpoints final : public EndpointDirectory {
 public:
  void Resolve(const std::string& project_id, const std::string& name, Done done) override;
};

}  // namespace furnace::gateway::testing
