#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/json/json.h"

namespace furnace::cli {

/// A JSON object that the gateway sent. A field that is absent, or of another type
/// than asked for, reads as empty: newer servers may leave out or add fields.
///
/// Copies share the text.
class Answer {
 public:
  /// INVALID_ARGUMENT when `text` is not one JSON object.
  static absl::StatusOr<Answer> Parse(std::string text);

  bool Has(std::string_view field) const { return !Raw(field).empty(); }
  /// The string, or "".
  std::string Text(std::string_view field) const;
  /// The integer, or 0. A string of digits counts, too.
  std::int64_t Int(std::string_view field) const;
  /// The boolean, or false.
  bool Bool(std::string_view field) const;
  /// The field's JSON as it came, or "". Valid as long as a copy of this lives.
  std::string_view Raw(std::string_view field) const;
  /// The object, or an empty one.
  Answer Object(std::string_view field) const;
  /// The objects in an array; elements of other types are left out.
  std::vector<Answer> Items(std::string_view field) const;
  /// The strings in an array.
  std::vector<std::string> Texts(std::string_view field) const;
  /// The whole object as it came.
  std::string_view json() const { return slice_; }

 private:
  Answer(std::shared_ptr<const std::string> text, std::string_view slice);

  std::shared_ptr<const std::string> text_;
  std::string_view slice_;
  std::vector<json::Member> members_;
};

}  // namespace furnace::cli
