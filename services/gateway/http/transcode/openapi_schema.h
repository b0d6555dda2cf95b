#pragma once

#include <google/protobuf/descriptor.h>

#include <functional>
#include <map>
#include <set>
#include <string>

namespace furnace::gateway::http {

/// JSON schemas of messages, gathered as they are referred to.
class SchemaBook {
 public:
  /// {"$ref": ...} to the message, which is in All() from now on.
  std::string Ref(const google::protobuf::Descriptor& type);

  /// The schema of one value of a field, or of the whole field.
  std::string OfValue(const google::protobuf::FieldDescriptor& field);
  std::string OfField(const google::protobuf::FieldDescriptor& field);

  /// The schema of a message's fields that `wanted` names.
  std::string OfObject(const google::protobuf::Descriptor& type,
                       const std::function<bool(const google::protobuf::FieldDescriptor&)>& wanted);

  /// All messages referred to, directly or not: {"Job": {...}, ...}.
  std::string All();

 private:
  std::map<std::string, std::string> schemas_;
  std::set<const google::protobuf::Descriptor*> open_;
};

}  // namespace furnace::gateway::http
