#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gateway/wire/methods.h"

namespace furnace::gateway::http {

/// One place of an rpc in REST: a google.api.http rule, checked against the
/// messages it speaks of.
struct Binding {
  using Field = google::protobuf::FieldDescriptor;

  const wire::Method* method = nullptr;
  std::string verb;  // "GET"
  std::string path;  // "/v1/jobs/{job_id}"
  /// The request fields that the path's parameters set, in order.
  std::vector<const Field*> path_fields;
  /// Whether the body is the request itself (body: "*").
  bool body_is_request = false;
  /// The field that the body is, or null.
  const Field* body_field = nullptr;
  /// The response field that is answered alone, or null for the whole response.
  const Field* response_field = nullptr;

  bool TakesBody() const { return body_is_request || body_field != nullptr; }
  /// Whether the path sets the field.
  bool IsInPath(const Field& field) const;
  /// The request fields that query parameters set.
  std::vector<const Field*> QueryFields() const;
};

/// The bindings of a method, additional ones included; none when it has no
/// google.api.http option. INVALID_ARGUMENT when a rule names a field that is not
/// there or cannot be where it is put.
absl::StatusOr<std::vector<Binding>> BindingsOf(const wire::Method& method);

}  // namespace furnace::gateway::http
