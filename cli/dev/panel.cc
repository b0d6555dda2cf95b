#include "cli/dev/panel.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/print/terminal.h"
#include "libs/common/json/json.h"

namespace furnace::dev {
namespace {

std::string Example(const Suite& suite) {
  const std::string folder = suite.layout.repository.empty()
                                 ? "/absolute/folder"
                                 : (suite.layout.repository / "examples/image-upscale").string();
  const std::string gpu = suite.gpus.substr(0, suite.gpus.find('='));
  return fmt::format(
      "  furnace endpoint create --name image-upscale --gpu {} \\\n"
      "      --image file://{}\n"
      "  furnace run image-upscale --input @input.json\n"
      "  furnace usage --by endpoint\n",
      gpu, folder);
}

}  // namespace

std::string Panel(const Suite& suite, const std::string& seconds, bool coloured) {
  using cli::Colour;
  using cli::Coloured;
  const auto heading = [&](std::string_view text) {
    return Coloured(text, Colour::kBold, coloured);
  };
  return fmt::format(
      "\n{} after {}\n\n"
      "  REST      {}\n"
      "  gRPC      127.0.0.1:{}\n"
      "  API key   {}\n"
      "  GPUs      {}\n"
      "  data      {}\n"
      "  logs      {}\n\n"
      "{}\n  export FURNACE_URL={} FURNACE_API_KEY={}\n{}\n"
      "Ctrl-C stops everything; the data stays.\n",
      Coloured("Furnace is ready", Colour::kGreen, coloured), seconds, GatewayUrl(suite),
      suite.ports.gateway_grpc, suite.secrets.api_key, suite.gpus, suite.layout.data.string(),
      suite.layout.logs.string(), heading("Try it from another terminal:"), GatewayUrl(suite),
      suite.secrets.api_key, Example(suite));
}

std::string ReadyJson(const Suite& suite, const std::vector<Supervisor::Running>& running) {
  std::vector<std::string> pids;
  pids.reserve(running.size());
  for (const auto& [name, pid] : running) {
    pids.push_back(fmt::format("{}:{}", json::Quote(name), pid));
  }
  return fmt::format(
      R"({{"url":{},"grpc":"127.0.0.1:{}","api_key":{},"data":{},"logs":{},"pid":{},"pids":{{{}}},)"
      R"("redis_url":{},"postgres_dsn":{},"gpus":{}}})"
      "\n",
      json::Quote(GatewayUrl(suite)), suite.ports.gateway_grpc, json::Quote(suite.secrets.api_key),
      json::Quote(suite.layout.data.string()), json::Quote(suite.layout.logs.string()), getpid(),
      fmt::join(pids, ","), json::Quote(RedisUrl(suite)), json::Quote(PostgresDsn(suite)),
      json::Quote(suite.gpus));
}

}  // namespace furnace::dev
