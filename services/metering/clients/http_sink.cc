#include "services/metering/clients/http_sink.h"

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(10);
constexpr std::size_t kMaxAnswerBytes = 256 << 10;
constexpr std::size_t kWaybillBatch = 500;
constexpr std::size_t kLagoBatch = 100;  // Lago takes no more.
constexpr std::size_t kCloudEventsBatch = 100;
constexpr int kCreated = 201;

}  // namespace

SinkReply HttpSink::Send(std::span<const SinkEvent> events) {
  SinkPost post = options_.post(events);
  http::Request request;
  request.method = "POST";
  request.url = options_.url + post.path;
  request.headers = options_.headers;
  request.headers.push_back("Content-Type: " + post.content_type);
  request.headers.push_back("User-Agent: furnace-metering/" FURNACE_VERSION);
  request.body = std::move(post.body);
  request.timeout = kDeadline;
  request.max_response_bytes = kMaxAnswerBytes;
  request.cut_response = true;
  const absl::StatusOr<http::Response> response = client_.Send(request);
  if (!response.ok()) {
    return {SinkAnswer::kUnavailable, std::string(ToStd(response.status().message()))};
  }
  return options_.reply(response->status, response->body, events.size());
}

HttpSink::Options WaybillOptions(std::string url, const std::string& api_key) {
  HttpSink::Options options{.url = std::move(url), .max_batch = kWaybillBatch};
  if (!api_key.empty()) options.headers = {"X-API-Key: " + api_key};
  options.post = WaybillPost;
  options.reply = [](int status, std::string_view, std::size_t) {
    return ReplyOf(status, kCreated);
  };
  return options;
}

HttpSink::Options LagoOptions(std::string url, const std::string& api_key) {
  return {.url = std::move(url),
          .headers = {"Authorization: Bearer " + api_key},
          .max_batch = kLagoBatch,
          .post = LagoPost,
          .reply = LagoReply};
}

HttpSink::Options CloudEventsOptions(std::string url, const std::string& token,
                                     std::string source) {
  HttpSink::Options options{.url = std::move(url), .max_batch = kCloudEventsBatch};
  if (!token.empty()) options.headers = {"Authorization: Bearer " + token};
  options.post = [source = std::move(source)](std::span<const SinkEvent> events) {
    return CloudEventsPost(events, source);
  };
  options.reply = [](int status, std::string_view, std::size_t) { return ReplyOf(status, 0); };
  return options;
}

}  // namespace furnace::metering
