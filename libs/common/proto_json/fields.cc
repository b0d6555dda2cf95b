#include "libs/common/proto_json/fields.h"

#include <google/protobuf/timestamp.pb.h>

#include "furnace/v1/options.pb.h"

namespace furnace::proto_json {

using google::protobuf::FieldDescriptor;

bool IsRawJson(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_BYTES &&
         field.options().GetExtension(furnace::v1::json);
}

bool IsTimestamp(const FieldDescriptor& field) {
  return field.message_type() == google::protobuf::Timestamp::descriptor();
}

std::string_view PrefixOf(const google::protobuf::EnumDescriptor& type) {
  constexpr std::string_view kUnspecified = "UNSPECIFIED";
  const std::string_view zero = type.value(0)->name();
  return zero.ends_with(kUnspecified) ? zero.substr(0, zero.size() - kUnspecified.size())
                                      : std::string_view();
}

}  // namespace furnace::proto_json
