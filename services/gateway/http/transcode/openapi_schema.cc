#include "services/gateway/http/transcode/openapi_schema.h"

#include <fmt/format.h>

#include <string_view>

#include "libs/common/json/json.h"
#include "services/gateway/http/transcode/scalar.h"

namespace furnace::gateway::http {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

std::string OfEnum(const EnumDescriptor& type) {
  std::string names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    const std::string_view name = type.value(i)->name();
    names += (names.empty() ? "" : ",") + json::Quote(name.substr(PrefixOf(type).size()));
  }
  return fmt::format(R"({{"type":"string","enum":[{}]}})", names);
}

}  // namespace

std::string SchemaBook::Ref(const Descriptor& type) {
  if (open_.insert(&type).second) {
    std::string schema = OfObject(type, [](const FieldDescriptor&) { return true; });
    schemas_[type.name()] = std::move(schema);
  }
  return fmt::format(R"({{"$ref":"#/components/schemas/{}"}})", type.name());
}

std::string SchemaBook::OfValue(const FieldDescriptor& field) {
  if (IsRawJson(field)) return R"({"description":"Any JSON value."})";
  if (IsTimestamp(field)) return R"({"type":"string","format":"date-time"})";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32: return R"({"type":"integer","format":"int32"})";
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64: return R"({"type":"integer","format":"int64"})";
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE: return R"({"type":"number"})";
    case FieldDescriptor::CPPTYPE_BOOL: return R"({"type":"boolean"})";
    case FieldDescriptor::CPPTYPE_ENUM: return OfEnum(*field.enum_type());
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        return R"({"type":"string","format":"byte"})";
      }
      return R"({"type":"string"})";
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  return Ref(*field.message_type());
}

std::string SchemaBook::OfField(const FieldDescriptor& field) {
  if (field.is_map()) {
    return fmt::format(R"({{"type":"object","additionalProperties":{}}})",
                       OfValue(*field.message_type()->map_value()));
  }
  if (field.is_repeated()) return fmt::format(R"({{"type":"array","items":{}}})", OfValue(field));
  return OfValue(field);
}

std::string SchemaBook::OfObject(const Descriptor& type,
                                 const std::function<bool(const FieldDescriptor&)>& wanted) {
  std::string properties;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!wanted(field)) continue;
    properties += fmt::format("{}{}:{}", properties.empty() ? "" : ",", json::Quote(field.name()),
                              OfField(field));
  }
  return fmt::format(R"({{"type":"object","properties":{{{}}}}})", properties);
}

std::string SchemaBook::All() {
  std::string all;
  for (const auto& [name, schema] : schemas_) {
    all += fmt::format("{}{}:{}", all.empty() ? "" : ",", json::Quote(name), schema);
  }
  return "{" + all + "}";
}

}  // namespace furnace::gateway::http
