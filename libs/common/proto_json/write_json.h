#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace furnace::proto_json {

/// Appends `message` as a JSON object, as REST shows it.
///
/// Names are those of the proto. Numbers and bools are always there, as are
/// arrays and maps; left out are empty strings, unset messages, `optional` fields
/// and raw JSON, and enums at UNSPECIFIED. int64 is a number, enums are names
/// without the type's prefix, Timestamps RFC 3339 in UTC with up to microseconds,
/// bytes base64, (furnace.v1.json) fields the JSON they hold.
void WriteJson(const google::protobuf::Message& message, std::string& out);

/// As WriteJson with a line feed after it and none inside: raw JSON may hold line
/// breaks between its tokens, where a space means the same.
void WriteJsonLine(const google::protobuf::Message& message, std::string& out);

}  // namespace furnace::proto_json
