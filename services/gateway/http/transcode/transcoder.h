#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gateway/http/transcode/binding.h"

namespace furnace::gateway::http {

/// Builds an rpc's request from the parts of an HTTP request: the decoded
/// parameters of the path, the query as sent, the body.
///
/// An empty body is as good as "{}". INVALID_ARGUMENT names the field and the
/// fault.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> BuildRequest(
    const Binding& binding, const std::vector<std::string>& parameters, std::string_view query,
    std::string_view body);

/// How long the call of `request` is meant to take by its method's pace and its
/// `wait_ms`.
absl::Duration TimeoutFor(const wire::Method& method, const google::protobuf::Message& request);

/// Reads what a service answered. INTERNAL when it is no such message.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ParseResponse(const wire::Method& method,
                                                                         std::string_view bytes);

/// What REST answers of `response`: all of it, or the binding's response_body.
const google::protobuf::Message& AnswerOf(const Binding& binding,
                                          const google::protobuf::Message& response);

}  // namespace furnace::gateway::http
