#include "services/gateway/http/transcode/scalar.h"

#include <google/protobuf/timestamp.pb.h>

#include <charconv>
#include <limits>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "libs/common/base/status.h"

namespace furnace::gateway::http {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Expected(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "expected {}", what);
}

// Calls `set` or `add` of the reflection, as the field is singular or repeated.
template <typename Set, typename Add, typename Value>
void Put(Message& message, const FieldDescriptor& field, Set set, Add add, Value value) {
  const Reflection* reflection = message.GetReflection();
  if (field.is_repeated()) {
    (reflection->*add)(&message, &field, value);
  } else {
    (reflection->*set)(&message, &field, value);
  }
}

template <typename Number>
absl::StatusOr<Number> ParseNumber(std::string_view text, std::string_view what) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return Error(absl::StatusCode::kInvalidArgument, "expected {}, this is out of range", what);
  }
  if (error != std::errc() || end != text.data() + text.size()) return Expected(what);
  return number;
}

template <typename Number, typename Set, typename Add>
absl::Status PutNumber(Message& message, const FieldDescriptor& field, std::string_view what,
                       Set set, Add add, std::string_view text) {
  FURNACE_ASSIGN_OR_RETURN(const Number number, ParseNumber<Number>(text, what));
  Put(message, field, set, add, number);
  return absl::OkStatus();
}

absl::Status PutBool(Message& message, const FieldDescriptor& field, std::string_view text) {
  if (text != "true" && text != "false") return Expected("true or false");
  Put(message, field, &Reflection::SetBool, &Reflection::AddBool, text == "true");
  return absl::OkStatus();
}

absl::Status PutEnum(Message& message, const FieldDescriptor& field, std::string_view text) {
  const auto* type = field.enum_type();
  const std::string name(text);
  const auto* value = type->FindValueByName(name);
  if (value == nullptr) value = type->FindValueByName(std::string(PrefixOf(*type)) + name);
  if (value == nullptr) {
    std::string names;
    for (int i = 0; i < type->value_count(); ++i) {
      if (type->value(i)->number() == 0) continue;
      if (!names.empty()) names += ", ";
      names += std::string_view(type->value(i)->name()).substr(PrefixOf(*type).size());
    }
    return Expected("one of " + names);
  }
  Put(message, field, &Reflection::SetEnum, &Reflection::AddEnum, value);
  return absl::OkStatus();
}

absl::Status PutBytes(Message& message, const FieldDescriptor& field, std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(ToAbsl(text), &bytes)) return Expected("base64");
  Put(message, field, &Reflection::SetString, &Reflection::AddString, bytes);
  return absl::OkStatus();
}

absl::Status PutTimestamp(Message& message, const FieldDescriptor& field, std::string_view text) {
  absl::Time time;
  std::string reason;
  const absl::Time first = absl::FromUnixSeconds(-62135596800);  // 0001-01-01
  const absl::Time last = absl::FromUnixSeconds(253402300800);   // 10000-01-01
  if (!absl::ParseTime(absl::RFC3339_full, ToAbsl(text), &time, &reason) || time < first ||
      time >= last) {
    return Expected("a time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z");
  }
  const Reflection* reflection = message.GetReflection();
  Message* target = field.is_repeated() ? reflection->AddMessage(&message, &field)
                                        : reflection->MutableMessage(&message, &field);
  auto& timestamp = static_cast<google::protobuf::Timestamp&>(*target);
  const absl::Time second = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - second)));
  return absl::OkStatus();
}

}  // namespace

absl::Status SetFromText(Message& message, const FieldDescriptor& field, std::string_view text) {
  constexpr std::string_view kInteger = "an integer";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return PutNumber<std::int32_t>(message, field, kInteger, &Reflection::SetInt32,
                                     &Reflection::AddInt32, text);
    case FieldDescriptor::CPPTYPE_INT64:
      return PutNumber<std::int64_t>(message, field, kInteger, &Reflection::SetInt64,
                                     &Reflection::AddInt64, text);
    case FieldDescriptor::CPPTYPE_UINT32:
      return PutNumber<std::uint32_t>(message, field, kInteger, &Reflection::SetUInt32,
                                      &Reflection::AddUInt32, text);
    case FieldDescriptor::CPPTYPE_UINT64:
      return PutNumber<std::uint64_t>(message, field, kInteger, &Reflection::SetUInt64,
                                      &Reflection::AddUInt64, text);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return PutNumber<float>(message, field, "a number", &Reflection::SetFloat,
                              &Reflection::AddFloat, text);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return PutNumber<double>(message, field, "a number", &Reflection::SetDouble,
                               &Reflection::AddDouble, text);
    case FieldDescriptor::CPPTYPE_BOOL: return PutBool(message, field, text);
    case FieldDescriptor::CPPTYPE_ENUM: return PutEnum(message, field, text);
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) return PutBytes(message, field, text);
      Put(message, field, &Reflection::SetString, &Reflection::AddString, std::string(text));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  if (IsTimestamp(field)) return PutTimestamp(message, field, text);
  return Expected("an object");
}

bool IsOneWord(const FieldDescriptor& field) {
  if (IsRawJson(field)) return false;
  return field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsTimestamp(field);
}

}  // namespace furnace::gateway::http
