#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace furnace::cli {

/// `text` fit for a terminal: one line, with control characters, escape sequences'
/// ESC among them, shown as '?'. What servers and handlers send goes through here.
std::string Printable(std::string_view text);

/// Rows under headings, columns aligned. Cells are made Printable.
class Table {
 public:
  explicit Table(std::vector<std::string> headings);

  /// Adds a row of as many cells as there are headings; missing ones are empty.
  void Add(std::vector<std::string> cells);

  /// The table with a line for each row, no spaces at line ends. Without rows it is
  /// "none\n".
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // The headings first.
};

}  // namespace furnace::cli
