#include "services/gateway/rpc/front_call.h"

#include <atomic>
#include <tuple>
#include <utility>

#include "libs/common/rpc/status_mapping.h"
#include "services/gateway/wire/payload.h"

namespace furnace::gateway {
namespace {

std::atomic<int> open_calls = 0;

}  // namespace

FrontCall::FrontCall() { ++open_calls; }
FrontCall::~FrontCall() { --open_calls; }

int FrontCall::Open() { return open_calls; }

void FrontCall::Follow(std::shared_ptr<OngoingCall> call) {
  {
    MutexLock lock(mutex_);
    if (!over_) {
      followed_ = std::move(call);
      return;
    }
  }
  call->Cancel();
}

void FrontCall::Write(std::string message, absl::AnyInvocable<void()> on_written) {
  MutexLock lock(mutex_);
  if (over_) return;
  over_ = !Begin([&] {
    on_written_ = std::move(on_written);
    writer_.Write(wire::ToBuffer(std::move(message)), written_.Arm(shared_from_this()));
  });
}

void FrontCall::OnWritten(bool ok) {
  auto on_written = std::exchange(on_written_, nullptr);
  if (ok && on_written != nullptr) on_written();
}

void FrontCall::Finish(const absl::Status& status, std::optional<std::string> last) {
  std::shared_ptr<OngoingCall> followed;
  MutexLock lock(mutex_);
  if (std::exchange(over_, true)) return;
  followed = std::move(followed_);
  // A server that has shut down has told the client so.
  std::ignore = Begin([&] {
    void* tag = finished_.Arm(shared_from_this());
    if (last.has_value()) {
      writer_.WriteAndFinish(wire::ToBuffer(*std::move(last)), grpc::WriteOptions(),
                             furnace::rpc::ToGrpc(status), tag);
    } else {
      writer_.Finish(furnace::rpc::ToGrpc(status), tag);
    }
  });
}

void FrontCall::OnDone(bool cancelled) {
  std::shared_ptr<OngoingCall> followed;
  {
    MutexLock lock(mutex_);
    over_ = true;
    followed = std::move(followed_);
  }
  if (cancelled && followed != nullptr) followed->Cancel();
}

}  // namespace furnace::gateway
