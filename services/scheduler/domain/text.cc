#include "services/scheduler/domain/text.h"

namespace furnace::scheduler {

std::string CutUtf8(std::string text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xc0) == 0x80) {
    --max_bytes;
  }
  text.resize(max_bytes);
  return text;
}

}  // namespace furnace::scheduler
