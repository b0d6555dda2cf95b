#include "services/worker/process/line_reader.h"

#include "services/worker/domain/text.h"

namespace furnace::worker {

void LineReader::Add(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      Emit();
      continue;
    }
    line_ += c;
    if (line_.size() == kLineBytesMax) Emit();
  }
}

void LineReader::Emit() {
  if (line_.ends_with('\r')) line_.pop_back();
  if (!line_.empty()) on_line_(CleanUtf8(line_, kLineBytesMax));
  line_.clear();
}

}  // namespace furnace::worker
