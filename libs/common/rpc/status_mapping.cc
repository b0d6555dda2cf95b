#include "libs/common/rpc/status_mapping.h"

#include <spdlog/spdlog.h>

#include <string>

#include "libs/common/base/status.h"

namespace furnace::rpc {
namespace {

constexpr std::size_t kMaxMessageBytes = 2000;

bool IsOpaque(const absl::Status& status) {
  return absl::IsInternal(status) || absl::IsUnknown(status);
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  if (IsOpaque(status)) return {code, "internal error"};
  return {code, std::string(ToStd(status.message()).substr(0, kMaxMessageBytes))};
}

grpc::Status ReportToGrpc(const absl::Status& status, std::string_view where) {
  if (IsOpaque(status) || HasDetail(status)) spdlog::error("{}: {}", where, status.ToString());
  return ToGrpc(status);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

}  // namespace furnace::rpc
