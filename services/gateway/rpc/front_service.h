#pragma once

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <vector>

#include "services/gateway/wire/methods.h"

namespace furnace::gateway {

/// A public service as a gRPC server knows it: its name and the methods that
/// clients may call, with messages of raw bytes. Built from the descriptors, as
/// generated code would be, so that reflection lists it; gRPC's generic service
/// has no name there.
class FrontService final : public grpc::Service {
 public:
  explicit FrontService(const wire::Service& service);

  /// The methods, by the index that Request takes.
  const std::vector<const wire::Method*>& methods() const { return methods_; }

  /// Asks for the next call of a method. One message in and any number out is the
  /// form of unary calls, too.
  void Request(int method, grpc::ServerContext& context, grpc::ByteBuffer& request,
               grpc::ServerAsyncWriter<grpc::ByteBuffer>& writer,
               grpc::ServerCompletionQueue& queue, void* tag) {
    RequestAsyncServerStreaming(method, &context, &request, &writer, &queue, &queue, tag);
  }

 private:
  std::vector<const wire::Method*> methods_;
};

}  // namespace furnace::gateway
