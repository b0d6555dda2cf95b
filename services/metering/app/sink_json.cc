#include "services/metering/app/sink_json.h"

#include "libs/common/json/json.h"

namespace furnace::metering {
namespace {

// An object in the making.
class Object {
 public:
  void Add(std::string_view name, std::string_view value) {
    text_ += text_.empty() ? "{" : ",";
    text_ += json::Quote(name);
    text_ += ':';
    text_ += value;
  }
  void AddNumbers(const SinkFields& fields) {
    for (const auto& [name, number] : fields) Add(name, number);
  }
  void AddTexts(const SinkFields& fields) {
    for (const auto& [name, text] : fields) Add(name, json::Quote(text));
  }
  std::string Done() { return text_.empty() ? "{}" : std::move(text_) + "}"; }

 private:
  std::string text_;
};

}  // namespace

std::string NumbersJson(const SinkFields& metrics) {
  Object object;
  object.AddNumbers(metrics);
  return object.Done();
}

std::string TextsJson(const SinkFields& metadata) {
  Object object;
  object.AddTexts(metadata);
  return object.Done();
}

std::string FieldsJson(const SinkEvent& event) {
  Object object;
  object.AddNumbers(event.metrics);
  object.AddTexts(event.metadata);
  return object.Done();
}

std::string ObjectJson(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  Object object;
  for (const auto& [name, value] : members) object.Add(name, value);
  return object.Done();
}

}  // namespace furnace::metering
