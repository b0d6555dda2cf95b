#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/common/http/client.h"
#include "services/metering/clients/sink_dialect.h"

namespace furnace::metering {

/// A sink behind an HTTP API.
class HttpSink final : public SinkClient {
 public:
  struct Options {
    std::string url;                        // Without a slash at its end.
    std::vector<std::string> headers = {};  // "Name: value"; the credentials are among them.
    std::size_t max_batch = 100;
    std::function<SinkPost(std::span<const SinkEvent>)> post = {};
    /// What an answer of this status and body to so many events means.
    std::function<SinkReply(int status, std::string_view body, std::size_t count)> reply = {};
  };

  explicit HttpSink(Options options) : options_(std::move(options)) {}

  std::size_t max_batch() const override { return options_.max_batch; }
  SinkReply Send(std::span<const SinkEvent> events) override;

 private:
  const Options options_;
  http::Client client_;
};

/// Waybill at `url`. `api_key` may be empty.
HttpSink::Options WaybillOptions(std::string url, const std::string& api_key);

/// Lago at `url`.
HttpSink::Options LagoOptions(std::string url, const std::string& api_key);

/// A receiver of CloudEvents batches at `url`, OpenMeter for one. `token` may be empty.
HttpSink::Options CloudEventsOptions(std::string url, const std::string& token, std::string source);

}  // namespace furnace::metering
