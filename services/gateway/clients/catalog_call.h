#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/completion.h"
#include "libs/common/rpc/status_mapping.h"

namespace furnace::gateway {

/// A lookup in the registry: keeps itself until it is answered, which happens on one of
/// the threads of `completions`.
template <typename Request, typename Response>
class CatalogCall : public std::enable_shared_from_this<CatalogCall<Request, Response>> {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<Response>)>;
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>;

  CatalogCall(Request request, Done done) : request_(std::move(request)), done_(std::move(done)) {}

  /// `begin` starts the rpc: (context, request, queue) -> Reader. UNAVAILABLE for `done`
  /// at once when `completions` have ended.
  template <typename Begin>
  void Start(furnace::rpc::CompletionThreads& completions, const furnace::rpc::CallOptions& options,
             const Begin& begin) {
    furnace::rpc::Prepare(context_, options);
    const bool begun = completions.gate()->Pass([&] {
      reader_ = begin(&context_, request_, &completions.queue());
      reader_->Finish(&response_, &status_, answered_.Arm(this->shared_from_this()));
    });
    if (!begun) done_(absl::UnavailableError("the gateway is shutting down"));
  }

 private:
  void Finish() {
    if (!status_.ok()) return done_(furnace::rpc::FromGrpc(status_));
    done_(std::move(response_));
  }

  grpc::ClientContext context_;
  const Request request_;
  Response response_;
  grpc::Status status_;
  Reader reader_;
  Done done_;
  furnace::rpc::OpTag answered_{[this](bool) { Finish(); }};
};

}  // namespace furnace::gateway
