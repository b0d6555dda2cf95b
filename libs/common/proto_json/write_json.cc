#include "libs/common/proto_json/write_json.h"

#include <fmt/format.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "libs/common/proto_json/fields.h"

namespace furnace::proto_json {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Gets a value by the reflection's method for singular or repeated fields; index
// -1 stands for singular.
template <typename Get, typename GetRepeated>
auto Value(const Message& message, const FieldDescriptor& field, int index, Get get,
           GetRepeated get_repeated) {
  const Reflection* reflection = message.GetReflection();
  return index < 0 ? (reflection->*get)(message, &field)
                   : (reflection->*get_repeated)(message, &field, index);
}

const std::string& Text(const Message& message, const FieldDescriptor& field, int index,
                        std::string* scratch) {
  const Reflection* reflection = message.GetReflection();
  return index < 0 ? reflection->GetStringReference(message, &field, scratch)
                   : reflection->GetRepeatedStringReference(message, &field, index, scratch);
}

const Message& Child(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection* reflection = message.GetReflection();
  return index < 0 ? reflection->GetMessage(message, &field)
                   : reflection->GetRepeatedMessage(message, &field, index);
}

template <typename Number>
void WriteNumber(Number number, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}", number);
}

// JSON has no NaN and no infinity.
void WriteReal(double number, std::string& out) {
  if (std::isfinite(number)) {
    WriteNumber(number, out);
  } else {
    out += "null";
  }
}

void WriteEnum(const google::protobuf::EnumDescriptor& type, int number, std::string& out) {
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr) return WriteNumber(number, out);  // From a newer service.
  out += '"';
  out += std::string_view(value->name()).substr(PrefixOf(type).size());
  out += '"';
}

void WriteTimestamp(const Message& message, std::string& out) {
  const auto& timestamp = static_cast<const google::protobuf::Timestamp&>(message);
  const absl::Time time =
      absl::FromUnixSeconds(timestamp.seconds()) + absl::Microseconds(timestamp.nanos() / 1000);
  out += '"';
  out += absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone());
  out += '"';
}

void WriteText(const Message& message, const FieldDescriptor& field, int index, std::string& out) {
  std::string scratch;
  const std::string& text = Text(message, field, index, &scratch);
  if (IsRawJson(field)) {
    out += text.empty() ? "null" : text;
  } else if (field.type() == FieldDescriptor::TYPE_BYTES) {
    fmt::format_to(std::back_inserter(out), "\"{}\"", absl::Base64Escape(text));
  } else {
    out += json::Quote(text);
  }
}

void WriteValue(const Message& message, const FieldDescriptor& field, int index, std::string& out) {
  const auto get = [&](auto singular, auto repeated) {
    return Value(message, field, index, singular, repeated);
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return WriteNumber(get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32), out);
    case FieldDescriptor::CPPTYPE_INT64:
      return WriteNumber(get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64), out);
    case FieldDescriptor::CPPTYPE_UINT32:
      return WriteNumber(get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32), out);
    case FieldDescriptor::CPPTYPE_UINT64:
      return WriteNumber(get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64), out);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return WriteReal(get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat), out);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return WriteReal(get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble), out);
    case FieldDescriptor::CPPTYPE_BOOL:
      out += get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      return WriteEnum(*field.enum_type(),
                       get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue), out);
    case FieldDescriptor::CPPTYPE_STRING: return WriteText(message, field, index, out);
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  const Message& child = Child(message, field, index);
  return IsTimestamp(field) ? WriteTimestamp(child, out) : WriteJson(child, out);
}

// Sorted by key, so that equal messages read equal.
void WriteMap(const Message& message, const FieldDescriptor& field, std::string& out) {
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  std::map<std::string, const Message*> entries;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    const Message& entry = Child(message, field, i);
    std::string name;
    WriteValue(entry, key, -1, name);
    entries[name.starts_with('"') ? name : fmt::format("\"{}\"", name)] = &entry;
  }
  const char* separator = "";
  out += '{';
  for (const auto& [name, entry] : entries) {
    out += separator;
    out += name;
    out += ':';
    WriteValue(*entry, value, -1, out);
    separator = ",";
  }
  out += '}';
}

void WriteArray(const Message& message, const FieldDescriptor& field, std::string& out) {
  out += '[';
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    if (i > 0) out += ',';
    WriteValue(message, field, i, out);
  }
  out += ']';
}

bool IsShown(const Message& message, const FieldDescriptor& field) {
  if (field.is_repeated()) return true;
  const bool always = !field.has_presence() &&
                      field.cpp_type() != FieldDescriptor::CPPTYPE_STRING &&
                      field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM;
  return always || message.GetReflection()->HasField(message, &field);
}

}  // namespace

void WriteJson(const Message& message, std::string& out) {
  const auto* type = message.GetDescriptor();
  const char* separator = "{\"";
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    if (!IsShown(message, field)) continue;
    out += separator;
    out += field.name();
    out += "\":";
    separator = ",\"";
    if (field.is_map()) {
      WriteMap(message, field, out);
    } else if (field.is_repeated()) {
      WriteArray(message, field, out);
    } else {
      WriteValue(message, field, -1, out);
    }
  }
  if (*separator == '{') out += '{';
  out += '}';
}

void WriteJsonLine(const Message& message, std::string& out) {
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  WriteJson(message, out);
  std::replace_if(
      out.begin() + begin, out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  out += '\n';
}

}  // namespace furnace::proto_json
