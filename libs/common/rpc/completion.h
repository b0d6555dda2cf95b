// gRPC's completion queues, as far as Furnace uses them: for calls that last and
// must not hold a thread. What has a short answer is served by the sync API.
#pragma once

#include <grpcpp/completion_queue.h>

#include <functional>
#include <memory>
#include <shared_mutex>
#include <thread>
#include <utility>
#include <vector>

namespace furnace::rpc {

/// What a completion queue hands back: Proceed runs on a completion thread and
/// must not block.
class Tag {
 public:
  virtual ~Tag() = default;
  virtual void Proceed(bool ok) = 0;
};

/// The tag of one kind of operation of an object, such as its writes. It keeps
/// the object alive while an operation is in flight.
class OpTag final : public Tag {
 public:
  explicit OpTag(std::function<void(bool ok)> done) : done_(std::move(done)) {}

  /// The void* to start an operation of `owner` with.
  void* Arm(std::shared_ptr<void> owner) {
    owner_ = std::move(owner);
    return static_cast<Tag*>(this);
  }

  /// Takes Arm back, when the operation turns out never to be reported.
  void Disarm() { owner_.reset(); }

  void Proceed(bool ok) override {
    const std::shared_ptr<void> owner = std::move(owner_);
    done_(ok);
  }

 private:
  const std::function<void(bool ok)> done_;
  std::shared_ptr<void> owner_;
};

/// Keeps operations off a queue that is shut down: gRPC aborts the process that
/// starts one there. Whoever starts operations holds it, and may outlive the queue.
class OpGate {
 public:
  /// Runs `start`, which starts operations on the queue; false, without running it,
  /// once the gate is closed.
  template <typename Start>
  [[nodiscard]] bool Pass(const Start& start) {
    const std::shared_lock lock(mutex_);
    if (closed_) return false;
    start();
    return true;
  }

  /// Returns when nobody is inside; nobody comes in afterwards.
  void Close() {
    const std::unique_lock lock(mutex_);
    closed_ = true;
  }

 private:
  std::shared_mutex mutex_;
  bool closed_ = false;
};

/// Threads that run the tags of one queue. The destructor shuts the queue down
/// and returns when all its operations have been reported.
class CompletionThreads {
 public:
  CompletionThreads(std::unique_ptr<grpc::CompletionQueue> queue, int threads);
  ~CompletionThreads();

  CompletionThreads(const CompletionThreads&) = delete;
  CompletionThreads& operator=(const CompletionThreads&) = delete;

  /// To be used inside of the gate only.
  grpc::CompletionQueue& queue() { return *queue_; }
  const std::shared_ptr<OpGate>& gate() const { return gate_; }

 private:
  const std::unique_ptr<grpc::CompletionQueue> queue_;
  const std::shared_ptr<OpGate> gate_ = std::make_shared<OpGate>();
  std::vector<std::thread> threads_;
};

}  // namespace furnace::rpc
