#include "libs/common/rpc/completion.h"

namespace furnace::rpc {

CompletionThreads::CompletionThreads(std::unique_ptr<grpc::CompletionQueue> queue, int threads)
    : queue_(std::move(queue)) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      void* tag = nullptr;
      bool ok = false;
      while (queue_->Next(&tag, &ok)) static_cast<Tag*>(tag)->Proceed(ok);
    });
  }
}

CompletionThreads::~CompletionThreads() {
  gate_->Close();
  queue_->Shutdown();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace furnace::rpc
