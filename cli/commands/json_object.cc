#include "cli/commands/json_object.h"

#include <fmt/format.h>

#include <algorithm>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {

void JsonObject::AddRaw(std::string_view name, std::string json) {
  members_.emplace_back(name, std::move(json));
}

void JsonObject::Add(std::string_view name, const std::optional<std::string>& text) {
  if (text.has_value()) AddRaw(name, json::Quote(*text));
}

void JsonObject::Add(std::string_view name, std::optional<std::int64_t> number) {
  if (number.has_value()) AddRaw(name, std::to_string(*number));
}

void JsonObject::Add(std::string_view name, std::optional<bool> flag) {
  if (flag.has_value()) AddRaw(name, *flag ? "true" : "false");
}

void JsonObject::Add(std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  std::vector<std::string> quoted;
  quoted.reserve(texts.size());
  for (const std::string& text : texts) quoted.push_back(json::Quote(text));
  AddRaw(name, fmt::format("[{}]", fmt::join(quoted, ",")));
}

std::string JsonObject::ToString() const {
  std::vector<std::string> written;
  written.reserve(members_.size());
  for (const auto& [name, json] : members_) written.push_back(json::Quote(name) + ":" + json);
  return fmt::format("{{{}}}", fmt::join(written, ","));
}

absl::StatusOr<std::string> JsonObject::Over(std::string_view base) const {
  if (base.empty()) return ToString();
  FURNACE_ASSIGN_OR_RETURN(const std::vector<json::Member> kept, json::Members(base));
  JsonObject merged;
  for (const json::Member& member : kept) {
    if (!Has(member.key)) merged.AddRaw(member.key, std::string(member.value));
  }
  merged.members_.insert(merged.members_.end(), members_.begin(), members_.end());
  return merged.ToString();
}

bool JsonObject::Has(std::string_view name) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const auto& member) { return member.first == name; });
}

}  // namespace furnace::cli
