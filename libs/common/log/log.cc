#include "libs/common/log/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::log {
namespace {

thread_local std::string_view current_request_id;

std::string_view LevelName(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug: return "debug";
    case spdlog::level::info: return "info";
    case spdlog::level::warn: return "warn";
    case spdlog::level::err: return "error";
    default: return "fatal";
  }
}

class JsonFormatter final : public spdlog::formatter {
 public:
  explicit JsonFormatter(std::string service) : service_(std::move(service)) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ",
                                              absl::FromChrono(message.time), absl::UTCTimeZone());
    const std::string_view text(message.payload.data(), message.payload.size());
    std::string line =
        fmt::format(R"({{"service":{},"level":"{}","ts":"{}","msg":{})", json::Quote(service_),
                    LevelName(message.level), time, json::Quote(text));
    if (!current_request_id.empty()) {
      line += fmt::format(R"(,"request_id":{})", json::Quote(current_request_id));
    }
    line += "}\n";
    out.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>(service_);
  }

 private:
  const std::string service_;
};

}  // namespace

absl::Status SetUp(std::string_view service, std::string_view level) {
  const std::string name(level == "fatal" ? "critical" : level);
  const spdlog::level::level_enum parsed = spdlog::level::from_str(name);
  if (parsed == spdlog::level::off && name != "off") {
    return Error(absl::StatusCode::kInvalidArgument, "'{}' is no log level", level);
  }
  auto logger = std::make_shared<spdlog::logger>(
      std::string(service), std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  if (isatty(STDERR_FILENO) != 0) {
    logger->set_pattern("%H:%M:%S.%e %^%-5l%$ %n: %v");
  } else {
    logger->set_formatter(std::make_unique<JsonFormatter>(std::string(service)));
  }
  logger->set_level(parsed);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return absl::OkStatus();
}

RequestScope::RequestScope(std::string_view request_id) : previous_(current_request_id) {
  current_request_id = request_id;
}

RequestScope::~RequestScope() { current_request_id = previous_; }

}  // namespace furnace::log
