#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace furnace {

/// A text that does not change and that all copies share: for what is large and wanted in
/// several places. Copies may be used by several threads at a time.
class SharedText {
 public:
  SharedText() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): as a std::string is one of a literal.
  SharedText(std::string text)
      : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  SharedText(const char* text) : SharedText(std::string(text)) {}

  std::string_view view() const { return text_ == nullptr ? std::string_view() : *text_; }
  std::size_t size() const { return view().size(); }
  bool empty() const { return text_ == nullptr; }

  friend bool operator==(const SharedText& one, const SharedText& other) {
    return one.view() == other.view();
  }

 private:
  std::shared_ptr<const std::string> text_;  // Null: empty.
};

}  // namespace furnace
