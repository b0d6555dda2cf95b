#include "services/gateway/wire/payload.h"

#include <utility>
#include <vector>

namespace furnace::gateway::wire {
namespace {

// Below this a copy costs less than keeping the string alive.
constexpr std::size_t kCopiedBytes = 4096;

grpc::Slice ToSlice(std::string bytes) {
  if (bytes.size() <= kCopiedBytes) return grpc::Slice(bytes);
  auto* kept = new std::string(std::move(bytes));
  return grpc::Slice(
      kept->data(), kept->size(), [](void* owner) { delete static_cast<std::string*>(owner); },
      kept);
}

void Append(const grpc::Slice& slice, std::string& out) {
  out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

}  // namespace

grpc::ByteBuffer ToBuffer(std::string bytes) {
  const grpc::Slice slice = ToSlice(std::move(bytes));
  return {&slice, 1};
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::string out;
  grpc::Slice single;
  if (buffer.TrySingleSlice(&single).ok()) {
    Append(single, out);
    return out;
  }
  std::vector<grpc::Slice> slices;
  // Fails only for an invalid buffer, which is no message at all.
  if (!buffer.Dump(&slices).ok()) return out;
  out.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) Append(slice, out);
  return out;
}

}  // namespace furnace::gateway::wire
