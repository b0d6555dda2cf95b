#include "services/gateway/http/transcode/json_to_message.h"

#include <fmt/format.h>

#include <set>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/gateway/http/transcode/scalar.h"

namespace furnace::gateway::http {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status Fault(const std::string& path, std::string_view fault) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", path.empty() ? "body" : path, fault);
}

std::string Join(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

// The kind of JSON value that holds one word of the field.
json::Kind KindFor(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL: return json::Kind::kBool;
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_MESSAGE: return json::Kind::kString;
    default: return json::Kind::kNumber;
  }
}

std::string_view NameOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL: return "expected true or false";
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_MESSAGE: return "expected a string";
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE: return "expected a number";
    default: return "expected an integer";
  }
}

absl::Status ReadWord(std::string_view value, const std::string& path, Message& message,
                      const FieldDescriptor& field) {
  const json::Kind kind = KindFor(field);
  if (json::KindOf(value) != kind) return Fault(path, NameOf(field));
  std::string unescaped;
  if (kind == json::Kind::kString) {
    FURNACE_ASSIGN_OR_RETURN(unescaped, json::AsString(value));
    value = unescaped;
  }
  const absl::Status set = SetFromText(message, field, value);
  return set.ok() ? set : Fault(path, ToStd(set.message()));
}

// One value: of a singular field, or an element of a repeated one.
absl::Status ReadValue(std::string_view value, const std::string& path, Message& message,
                       const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  if (IsRawJson(field)) {
    if (field.is_repeated()) {
      reflection->AddString(&message, &field, std::string(value));
    } else {
      reflection->SetString(&message, &field, std::string(value));
    }
    return absl::OkStatus();
  }
  if (IsOneWord(field)) return ReadWord(value, path, message, field);
  if (json::KindOf(value) != json::Kind::kObject) return Fault(path, "expected an object");
  return ReadJson(value, path,
                  field.is_repeated() ? *reflection->AddMessage(&message, &field)
                                      : *reflection->MutableMessage(&message, &field));
}

absl::Status ReadArray(std::string_view value, const std::string& path, Message& message,
                       const FieldDescriptor& field) {
  if (json::KindOf(value) != json::Kind::kArray) return Fault(path, "expected an array");
  FURNACE_ASSIGN_OR_RETURN(const auto elements, json::Elements(value));
  std::size_t index = 0;
  for (const std::string_view element : elements) {
    FURNACE_RETURN_IF_ERROR(ReadValue(element, fmt::format("{}[{}]", path, index), message, field));
    ++index;
  }
  return absl::OkStatus();
}

absl::Status ReadMap(std::string_view value, const std::string& path, Message& message,
                     const FieldDescriptor& field) {
  if (json::KindOf(value) != json::Kind::kObject) return Fault(path, "expected an object");
  FURNACE_ASSIGN_OR_RETURN(const auto members, json::Members(value));
  std::set<std::string_view> seen;
  for (const json::Member& member : members) {
    const std::string place = Join(path, member.key);
    if (!seen.insert(member.key).second) return Fault(place, "given twice");
    Message* entry = message.GetReflection()->AddMessage(&message, &field);
    const absl::Status key = SetFromText(*entry, *field.message_type()->map_key(), member.key);
    if (!key.ok()) return Fault(place, ToStd(key.message()));
    FURNACE_RETURN_IF_ERROR(
        ReadValue(member.value, place, *entry, *field.message_type()->map_value()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadJson(std::string_view text, const std::string& path, Message& message) {
  if (json::KindOf(text) != json::Kind::kObject) return Fault(path, "expected an object");
  FURNACE_ASSIGN_OR_RETURN(const auto members, json::Members(text));
  std::set<const FieldDescriptor*> seen;
  for (const json::Member& member : members) {
    const std::string place = Join(path, member.key);
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(member.key);
    if (field == nullptr) return Fault(place, "unknown field");
    if (!seen.insert(field).second) return Fault(place, "given twice");
    const bool is_null = json::KindOf(member.value) == json::Kind::kNull;
    if (is_null && !(IsRawJson(*field) && !field->is_repeated())) continue;
    if (field->is_map()) {
      FURNACE_RETURN_IF_ERROR(ReadMap(member.value, place, message, *field));
    } else if (field->is_repeated()) {
      FURNACE_RETURN_IF_ERROR(ReadArray(member.value, place, message, *field));
    } else {
      FURNACE_RETURN_IF_ERROR(ReadValue(member.value, place, message, *field));
    }
  }
  return absl::OkStatus();
}

}  // namespace furnace::gateway::http
