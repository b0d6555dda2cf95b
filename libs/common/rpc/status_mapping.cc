#include "libs/common/rpc/status_mapping.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/common/base/status.h"

namespace furnace::rpc {
namespace {

constexpr std::size_t kMaxMessageBytes = 2000;

// gRPC's rich error model: a google.rpc.Status as details, which clients take the message from.
std::string EncodeWait(const grpc::Status& status, absl::Duration wait) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(wait));
  google::rpc::Status details;
  details.set_code(status.error_code());
  details.set_message(status.error_message());
  details.add_details()->PackFrom(info);
  return details.SerializeAsString();
}

std::optional<absl::Duration> DecodeWait(const std::string& text) {
  google::rpc::Status details;
  if (text.empty() || !details.ParseFromString(text)) return std::nullopt;
  google::rpc::RetryInfo info;
  for (const google::protobuf::Any& detail : details.details()) {
    if (detail.UnpackTo(&info)) return absl::Seconds(info.retry_delay().seconds());
  }
  return std::nullopt;
}

bool IsOpaque(const absl::Status& status) {
  return absl::IsInternal(status) || absl::IsUnknown(status);
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  if (IsOpaque(status)) return {code, "internal error"};
  const std::optional<absl::Duration> wait = RetryAfterOf(status);
  const grpc::Status plain(code, std::string(ToStd(status.message()).substr(0, kMaxMessageBytes)));
  if (!wait) return plain;
  return {code, plain.error_message(), EncodeWait(plain, *wait)};
}

grpc::Status ReportToGrpc(const absl::Status& status, std::string_view where) {
  if (IsOpaque(status) || HasDetail(status)) spdlog::error("{}: {}", where, status.ToString());
  return ToGrpc(status);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const absl::Status mapped(static_cast<absl::StatusCode>(status.error_code()),
                            status.error_message());
  const std::optional<absl::Duration> wait = DecodeWait(status.error_details());
  return wait ? WithRetryAfter(mapped, *wait) : mapped;
}

}  // namespace furnace::rpc
