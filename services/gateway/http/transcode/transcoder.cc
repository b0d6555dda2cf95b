#include "services/gateway/http/transcode/transcoder.h"

#include <set>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/gateway/http/target.h"
#include "services/gateway/http/transcode/json_to_message.h"
#include "services/gateway/http/transcode/scalar.h"

namespace furnace::gateway::http {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  return std::unique_ptr<Message>(prototype->New());
}

absl::Status SetNamed(Message& message, const FieldDescriptor& field, std::string_view text) {
  const absl::Status set = SetFromText(message, field, text);
  return set.ok() ? set : Annotate(set, field.name());
}

absl::Status TakeBody(const Binding& binding, std::string_view body, Message& message) {
  if (!binding.TakesBody() || body.empty()) return absl::OkStatus();
  FURNACE_RETURN_IF_ERROR(json::Validate(body));
  // The validated value may stand between blanks.
  const auto first = body.find_first_not_of(" \t\r\n");
  body = body.substr(first, body.find_last_not_of(" \t\r\n") - first + 1);
  const auto* reflection = message.GetReflection();
  Message& target =
      binding.body_is_request ? message : *reflection->MutableMessage(&message, binding.body_field);
  return ReadJson(body, "", target);
}

absl::Status TakePath(const Binding& binding, const std::vector<std::string>& parameters,
                      Message& message) {
  for (std::size_t i = 0; i < parameters.size() && i < binding.path_fields.size(); ++i) {
    const FieldDescriptor& field = *binding.path_fields[i];
    const auto* reflection = message.GetReflection();
    if (binding.body_is_request && reflection->HasField(message, &field)) {
      return Error(absl::StatusCode::kInvalidArgument, "{}: belongs into the path only",
                   field.name());
    }
    FURNACE_RETURN_IF_ERROR(SetNamed(message, field, parameters[i]));
  }
  return absl::OkStatus();
}

absl::Status TakeQuery(const Binding& binding, std::string_view query, Message& message) {
  if (query.empty()) return absl::OkStatus();
  FURNACE_ASSIGN_OR_RETURN(const Query parameters, ParseQuery(query));
  std::set<const FieldDescriptor*> seen;
  for (const auto& [name, value] : parameters) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || !IsOneWord(*field)) {
      return Error(absl::StatusCode::kInvalidArgument, "{}: unknown query parameter", name);
    }
    if (binding.body_is_request || field == binding.body_field || binding.IsInPath(*field)) {
      return Error(absl::StatusCode::kInvalidArgument, "{}: cannot be set in the query here", name);
    }
    if (!seen.insert(field).second && !field->is_repeated()) {
      return Error(absl::StatusCode::kInvalidArgument, "{}: given twice", name);
    }
    FURNACE_RETURN_IF_ERROR(SetNamed(message, *field, value));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> BuildRequest(const Binding& binding,
                                                      const std::vector<std::string>& parameters,
                                                      std::string_view query,
                                                      std::string_view body) {
  std::unique_ptr<Message> message = NewMessage(binding.method->descriptor->input_type());
  FURNACE_RETURN_IF_ERROR(TakeBody(binding, body, *message));
  FURNACE_RETURN_IF_ERROR(TakePath(binding, parameters, *message));
  FURNACE_RETURN_IF_ERROR(TakeQuery(binding, query, *message));
  return message;
}

absl::Duration TimeoutFor(const wire::Method& method, const Message& request) {
  absl::Duration wait = kDefaultWait;
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("wait_ms");
  if (field != nullptr && request.GetReflection()->HasField(request, field)) {
    wait = absl::Milliseconds(request.GetReflection()->GetInt32(request, field));
  }
  return TimeoutOf(method.pace, wait);
}

absl::StatusOr<std::unique_ptr<Message>> ParseResponse(const wire::Method& method,
                                                       std::string_view bytes) {
  std::unique_ptr<Message> message = NewMessage(method.descriptor->output_type());
  if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return message;
  return Error(absl::StatusCode::kInternal, "{}: the answer is no {}", method.path,
               method.descriptor->output_type()->full_name());
}

const Message& AnswerOf(const Binding& binding, const Message& response) {
  if (binding.response_field == nullptr) return response;
  return response.GetReflection()->GetMessage(response, binding.response_field);
}

}  // namespace furnace::gateway::http
