#include "services/gateway/http/transcode/binding.h"

#include <algorithm>
#include <string_view>

#include "google/api/annotations.pb.h"
#include "libs/common/base/status.h"
#include "services/gateway/http/target.h"
#include "services/gateway/http/transcode/scalar.h"

namespace furnace::gateway::http {
namespace {

using google::api::HttpRule;

absl::Status SetVerb(const HttpRule& rule, Binding& binding) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet: binding.verb = "GET", binding.path = rule.get(); break;
    case HttpRule::kPut: binding.verb = "PUT", binding.path = rule.put(); break;
    case HttpRule::kPost: binding.verb = "POST", binding.path = rule.post(); break;
    case HttpRule::kDelete: binding.verb = "DELETE", binding.path = rule.delete_(); break;
    case HttpRule::kPatch: binding.verb = "PATCH", binding.path = rule.patch(); break;
    default: return absl::InvalidArgumentError("no method of HTTP");
  }
  return absl::OkStatus();
}

absl::StatusOr<const Binding::Field*> FieldOf(const google::protobuf::Descriptor& type,
                                              std::string_view name) {
  const Binding::Field* field = type.FindFieldByName(std::string(name));
  if (field != nullptr) return field;
  return Error(absl::StatusCode::kInvalidArgument, "{} has no field {}", type.full_name(), name);
}

absl::Status SetPathFields(const google::protobuf::Descriptor& request, Binding& binding) {
  FURNACE_ASSIGN_OR_RETURN(const Target target, ParseTarget(binding.path));
  for (const std::string_view segment : target.segments) {
    if (!segment.starts_with('{') || !segment.ends_with('}')) continue;
    FURNACE_ASSIGN_OR_RETURN(const Binding::Field* field,
                             FieldOf(request, segment.substr(1, segment.size() - 2)));
    if (field->is_repeated() || !IsOneWord(*field)) {
      return Error(absl::StatusCode::kInvalidArgument, "{} cannot be in a path", field->name());
    }
    binding.path_fields.push_back(field);
  }
  return absl::OkStatus();
}

absl::Status SetBody(const google::protobuf::Descriptor& request, std::string_view body,
                     Binding& binding) {
  binding.body_is_request = body == "*";
  if (body.empty() || body == "*") return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(binding.body_field, FieldOf(request, body));
  if (binding.body_field->is_repeated() || binding.body_field->message_type() == nullptr) {
    return Error(absl::StatusCode::kInvalidArgument, "{} cannot be the body: it is no message",
                 body);
  }
  return absl::OkStatus();
}

absl::StatusOr<Binding> Bind(const wire::Method& method, const HttpRule& rule) {
  Binding binding;
  binding.method = &method;
  FURNACE_RETURN_IF_ERROR(SetVerb(rule, binding));
  const google::protobuf::Descriptor& request = *method.descriptor->input_type();
  FURNACE_RETURN_IF_ERROR(SetPathFields(request, binding));
  FURNACE_RETURN_IF_ERROR(SetBody(request, rule.body(), binding));
  if (!rule.response_body().empty()) {
    FURNACE_ASSIGN_OR_RETURN(binding.response_field,
                             FieldOf(*method.descriptor->output_type(), rule.response_body()));
    if (binding.response_field->message_type() == nullptr ||
        binding.response_field->is_repeated()) {
      return absl::InvalidArgumentError("response_body must be a message");
    }
  }
  return binding;
}

}  // namespace

bool Binding::IsInPath(const Field& field) const {
  return std::find(path_fields.begin(), path_fields.end(), &field) != path_fields.end();
}

std::vector<const Binding::Field*> Binding::QueryFields() const {
  std::vector<const Field*> fields;
  if (body_is_request) return fields;
  const google::protobuf::Descriptor& request = *method->descriptor->input_type();
  for (int i = 0; i < request.field_count(); ++i) {
    const Field* field = request.field(i);
    if (field != body_field && !IsInPath(*field) && IsOneWord(*field)) fields.push_back(field);
  }
  return fields;
}

absl::StatusOr<std::vector<Binding>> BindingsOf(const wire::Method& method) {
  std::vector<Binding> bindings;
  const auto& options = method.descriptor->options();
  if (!options.HasExtension(google::api::http)) return bindings;
  const HttpRule& rule = options.GetExtension(google::api::http);
  absl::StatusOr<Binding> binding = Bind(method, rule);
  if (!binding.ok()) return Annotate(binding.status(), method.path);
  bindings.push_back(*std::move(binding));
  for (const HttpRule& further : rule.additional_bindings()) {
    binding = Bind(method, further);
    if (!binding.ok()) return Annotate(binding.status(), method.path);
    bindings.push_back(*std::move(binding));
  }
  return bindings;
}

}  // namespace furnace::gateway::http
