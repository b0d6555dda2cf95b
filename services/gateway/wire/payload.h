// gRPC's byte buffers and the strings that the rest of the gateway carries.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <string>

namespace furnace::gateway::wire {

/// Takes `bytes` over; large ones are not copied.
grpc::ByteBuffer ToBuffer(std::string bytes);

std::string ToString(const grpc::ByteBuffer& buffer);

}  // namespace furnace::gateway::wire
