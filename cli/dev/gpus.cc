#include "cli/dev/gpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace furnace::dev {
namespace {

struct Cards {
  int count = 0;
  int vram_mib = 0;
};

// Maker, family and form factor, which do not tell one type from another.
const std::set<std::string>& Noise() {
  static const std::set<std::string> words = {
      "nvidia", "geforce", "tesla", "quadro", "generation", "ada", "sff",  "pcie", "sxm2",
      "sxm3",   "sxm4",    "sxm5",  "laptop", "gpu",        "nvl", "hbm3", "mig",  "hbm2e"};
  return words;
}

bool IsMemorySize(const std::string& word) {
  return word.size() > 2 && word.ends_with("gb") &&
         std::isdigit(static_cast<unsigned char>(word.front())) != 0;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

// "NVIDIA H200, 143771" -> its type and memory.
bool ParseLine(std::string_view line, std::string* type, int* vram_mib) {
  const auto comma = line.rfind(',');
  if (comma == std::string_view::npos) return false;
  *type = GpuTypeOf(line.substr(0, comma));
  std::string_view memory = line.substr(comma + 1);
  memory.remove_prefix(std::min(memory.find_first_not_of(' '), memory.size()));
  const auto [end, error] =
      std::from_chars(memory.data(), memory.data() + memory.size(), *vram_mib);
  return error == std::errc() && *vram_mib > 0 && !type->empty();
}

}  // namespace

std::string GpuTypeOf(std::string_view product_name) {
  std::string type;
  for (const std::string& word : Words(product_name)) {
    if (!Noise().contains(word) && !IsMemorySize(word)) type += word;
  }
  return type;
}

std::string ParseNvidiaSmi(std::string_view output) {
  std::map<std::string, Cards> found;
  while (!output.empty()) {
    const std::string_view line = output.substr(0, output.find('\n'));
    output.remove_prefix(std::min(line.size() + 1, output.size()));
    std::string type;
    int vram_mib = 0;
    if (!ParseLine(line, &type, &vram_mib)) continue;
    Cards& cards = found[type];
    cards.vram_mib = cards.count == 0 ? vram_mib : std::min(cards.vram_mib, vram_mib);
    ++cards.count;
  }
  std::vector<std::string> parts;
  parts.reserve(found.size());
  for (const auto& [type, cards] : found) {
    parts.push_back(fmt::format("{}={}:{}", type, cards.count, cards.vram_mib));
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

std::string DetectGpus() {
  // `timeout`: a driver that hangs must not hang the start.
  constexpr const char* kCommand =
      "timeout 10 nvidia-smi --query-gpu=name,memory.total --format=csv,noheader,nounits"
      " 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(kCommand, "re"), &pclose);
  if (pipe == nullptr) return std::string(kSimulatedGpus);
  std::string output(64 << 10, '\0');
  output.resize(std::fread(output.data(), 1, output.size(), pipe.get()));
  const std::string gpus = ParseNvidiaSmi(output);
  return gpus.empty() ? std::string(kSimulatedGpus) : gpus;
}

}  // namespace furnace::dev
