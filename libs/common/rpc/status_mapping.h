#pragma once

#include <grpcpp/support/status.h>

#include <string_view>

#include "absl/status/status.h"

namespace furnace::rpc {

/// The status a peer sees for `status`.
///
/// The codes share their numbers, so this is a cast, except that the message of
/// an INTERNAL or UNKNOWN error is withheld, for it may quote SQL or an address,
/// and that any message is cut at 2,000 bytes: gRPC drops the call when its
/// trailers grow over 8 KiB. What WithRetryAfter has said goes along as google.rpc.RetryInfo.
grpc::Status ToGrpc(const absl::Status& status);

/// As ToGrpc; the one place that logs an INTERNAL or UNKNOWN error, or one with a
/// detail (see WithDetail). `where` is the name of the request.
grpc::Status ReportToGrpc(const absl::Status& status, std::string_view where);

/// The other way; a google.rpc.RetryInfo is told by RetryAfterOf.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace furnace::rpc
