#include "cli/commands/worker_gpu_view.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "cli/print/figures.h"
#include "cli/print/table.h"

namespace furnace::cli {
namespace {

// None when there is none yet.
std::optional<Answer> ReadingOf(const Answer& worker, const std::string& uuid) {
  for (const Answer& reading : worker.Items("gpu_readings")) {
    if (reading.Text("uuid") == uuid) return reading;
  }
  return std::nullopt;
}

std::vector<std::string> Row(const Answer& worker, const Answer& gpu) {
  const std::string memory = FormatMib(gpu.Int("memory_mib"));
  const auto reading = ReadingOf(worker, gpu.Text("uuid"));
  if (!reading) {
    return {
        worker.Text("id"), gpu.Text("model"), gpu.Text("uuid"), memory, "-", "-", "-", "-", "-"};
  }
  return {worker.Text("id"),
          gpu.Text("model"),
          gpu.Text("uuid"),
          fmt::format("{} of {}", FormatMib(reading->Int("memory_used_mib")), memory),
          fmt::format("{} %", reading->Int("utilization_percent")),
          fmt::format("{} C", reading->Int("temperature_celsius")),
          fmt::format("{} W", reading->Int("power_watts")),
          std::to_string(reading->Int("last_xid")),
          std::to_string(reading->Int("ecc_uncorrected")),
          reading->Text("problem")};
}

}  // namespace

std::string DescribeWorkerGpus(const std::vector<Answer>& workers) {
  Table table(
      {"WORKER", "GPU", "UUID", "MEMORY", "LOAD", "TEMP", "POWER", "XID", "ECC", "PROBLEM"});
  for (const Answer& worker : workers) {
    const std::vector<Answer> gpus = worker.Items("gpus");
    for (const Answer& gpu : gpus) table.Add(Row(worker, gpu));
    if (gpus.empty()) {
      table.Add({worker.Text("id"), worker.Text("gpu_type"), "-", "-", "-", "-", "-", "-", "-"});
    }
  }
  return table.ToString();
}

}  // namespace furnace::cli
