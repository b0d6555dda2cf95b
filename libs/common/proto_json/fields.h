#pragma once

#include <google/protobuf/message.h>

#include <string_view>

namespace furnace::proto_json {

/// Whether the field holds raw JSON: bytes with (furnace.v1.json).
bool IsRawJson(const google::protobuf::FieldDescriptor& field);

bool IsTimestamp(const google::protobuf::FieldDescriptor& field);

/// "JOB_STATUS_": what REST leaves off the names of an enum's values.
std::string_view PrefixOf(const google::protobuf::EnumDescriptor& type);

}  // namespace furnace::proto_json
