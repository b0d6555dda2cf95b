#include "cli/dev/probe.h"

#include <fmt/format.h>

#include <string_view>

#include "libs/common/http/client.h"
#include "libs/common/postgres/connection.h"
#include "libs/common/redis/connection.h"

namespace furnace::dev {

bool IsHttpReady(int metrics_port) {
  http::Client client;
  http::Request request;
  request.url = fmt::format("http://127.0.0.1:{}/readyz", metrics_port);
  request.timeout = absl::Seconds(2);
  const auto response = client.Send(request);
  return response.ok() && response->status == 200;
}

bool IsRedisReady(const std::string& url) {
  const auto address = redis::ParseUrl(url);
  if (!address.ok()) return false;
  const auto connection = redis::Connection::Open(*address);
  if (!connection.ok()) return false;
  const auto reply = (*connection)->Ask({"PING"});
  return reply.ok() && *reply != nullptr && (*reply)->type == REDIS_REPLY_STATUS;
}

bool IsPostgresReady(const std::string& dsn) {
  return postgres::Connection::Open(dsn + " connect_timeout=2").ok();
}

}  // namespace furnace::dev
