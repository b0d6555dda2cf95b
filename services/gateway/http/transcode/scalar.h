#pragma once

#include <google/protobuf/message.h>

#include <string_view>

#include "absl/status/status.h"
#include "libs/common/proto_json/fields.h"

namespace furnace::gateway::http {

/// Sets a field that is written as one word (number, bool, string, enum, bytes,
/// Timestamp) from its text; a repeated one gets another element.
///
/// Numbers must be whole and fit; bool is "true" or "false"; an enum value is its
/// name with or without the type's prefix, in upper case; bytes are base64;
/// Timestamps are RFC 3339. INVALID_ARGUMENT says what was expected, without the
/// field's name.
absl::Status SetFromText(google::protobuf::Message& message,
                         const google::protobuf::FieldDescriptor& field, std::string_view text);

/// Whether SetFromText can set the field.
bool IsOneWord(const google::protobuf::FieldDescriptor& field);

using proto_json::IsRawJson;
using proto_json::IsTimestamp;
using proto_json::PrefixOf;

}  // namespace furnace::gateway::http
