#include "cli/rest/answer.h"

#include <utility>

#include "libs/common/base/status.h"

namespace furnace::cli {

Answer::Answer(std::shared_ptr<const std::string> text, std::string_view slice)
    : text_(std::move(text)), slice_(slice) {
  if (auto members = json::Members(slice_); members.ok()) members_ = *std::move(members);
}

absl::StatusOr<Answer> Answer::Parse(std::string text) {
  FURNACE_RETURN_IF_ERROR(json::Validate(text));
  const auto first = text.find_first_not_of(" \t\r\n");
  const auto last = text.find_last_not_of(" \t\r\n");
  if (text[first] != '{') return absl::InvalidArgumentError("not a JSON object");
  auto shared = std::make_shared<const std::string>(std::move(text));
  const std::string_view slice = std::string_view(*shared).substr(first, last - first + 1);
  return Answer(std::move(shared), slice);
}

std::string_view Answer::Raw(std::string_view field) const {
  for (const json::Member& member : members_) {
    if (member.key == field) return member.value;
  }
  return {};
}

std::string Answer::Text(std::string_view field) const {
  auto text = json::AsString(Raw(field));
  return text.ok() ? *std::move(text) : "";
}

std::int64_t Answer::Int(std::string_view field) const {
  std::string_view raw = Raw(field);
  if (raw.size() > 2 && raw.front() == '"') raw = raw.substr(1, raw.size() - 2);
  const auto number = json::AsInt64(raw);
  return number.ok() ? *number : 0;
}

bool Answer::Bool(std::string_view field) const { return Raw(field) == "true"; }

Answer Answer::Object(std::string_view field) const {
  const std::string_view raw = Raw(field);
  return {text_, raw.empty() ? std::string_view("{}") : raw};
}

std::vector<Answer> Answer::Items(std::string_view field) const {
  std::vector<Answer> items;
  const auto elements = json::Elements(Raw(field));
  if (!elements.ok()) return items;
  for (const std::string_view element : *elements) {
    if (json::KindOf(element) == json::Kind::kObject) items.push_back(Answer(text_, element));
  }
  return items;
}

std::vector<std::string> Answer::Texts(std::string_view field) const {
  std::vector<std::string> texts;
  const auto elements = json::Elements(Raw(field));
  if (!elements.ok()) return texts;
  for (const std::string_view element : *elements) {
    if (auto text = json::AsString(element); text.ok()) texts.push_back(*std::move(text));
  }
  return texts;
}

}  // namespace furnace::cli
