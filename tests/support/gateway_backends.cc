#include "tests/support/gateway_backends.h"

#include <atomic>
#include <utility>

namespace furnace::gateway::testing {
namespace {

struct NoCall final : OngoingCall {
  void Cancel() override {}
};

}  // namespace

void MemoryBackends::Queue::Push(Work work) {
  MutexLock lock(mutex);
  if (stopped) return;
  waiting.push_back(std::move(work));
  changed.Signal();
}

void MemoryBackends::Queue::Run() {
  for (;;) {
    Work work;
    {
      MutexLock lock(mutex);
      while (waiting.empty() && !stopped) changed.Wait(mutex);
      if (waiting.empty()) return;
      work = std::move(waiting.front());
      waiting.pop_front();
    }
    work();
  }
}

class MemoryBackends::MemoryStream final : public OngoingStream {
 public:
  MemoryStream(std::shared_ptr<Queue> queue, std::string message, int messages)
      : queue_(std::move(queue)), message_(std::move(message)), left_(messages) {}

  void Next(OnNext on_next) override {
    const bool more = left_-- > 0 && !cancelled_;
    queue_->Push([on_next = std::move(on_next), more, message = message_]() mutable {
      if (more) return on_next(std::optional<std::string>(std::move(message)));
      on_next(std::optional<std::string>());
    });
  }

  void Cancel() override { cancelled_ = true; }

 private:
  const std::shared_ptr<Queue> queue_;
  const std::string message_;
  std::atomic<int> left_;
  std::atomic<bool> cancelled_ = false;
};

MemoryBackends::MemoryBackends(std::string reply, int messages)
    : reply_(std::move(reply)), messages_(messages), thread_([queue = queue_] { queue->Run(); }) {}

MemoryBackends::~MemoryBackends() {
  {
    MutexLock lock(queue_->mutex);
    queue_->stopped = true;
    queue_->changed.SignalAll();
  }
  thread_.join();
}

std::shared_ptr<OngoingCall> MemoryBackends::Start(Call, OnReply on_reply) {
  queue_->Push(
      [on_reply = std::move(on_reply), reply = reply_]() mutable { on_reply(std::move(reply)); });
  return std::make_shared<NoCall>();
}

std::shared_ptr<OngoingStream> MemoryBackends::Open(Call) {
  return std::make_shared<MemoryStream>(queue_, reply_, messages_);
}

void OneKey::Resolve(const std::string& key_sha256, Done done) {
  constexpr char kLeadingByteOfItsHash = '\x9e';
  if (key_sha256[0] != kLeadingByteOfItsHash) return done(absl::NotFoundError("no such key"));
  done(Caller{"project-1", "key-1", Role::kRunner});
}

void NoEndpoints::Resolve(const std::string&, const std::string&, Done done) {
  done(absl::NotFoundError("no such endpoint"));
}

}  // namespace furnace::gateway::testing
