#include "services/gateway/http/stream/json_lines.h"

#include <optional>
#include <string>
#include <utility>

#include "services/gateway/http/errors.h"
#include "services/gateway/http/transcode/message_to_json.h"
#include "services/gateway/http/transcode/transcoder.h"

namespace furnace::gateway::http {
namespace {

// Lives as long as it waits for a message or a write. Runs on the connection's
// thread.
class Lines : public std::enable_shared_from_this<Lines> {
 public:
  Lines(std::shared_ptr<Exchange> exchange, const wire::Method& method,
        std::shared_ptr<OngoingStream> stream)
      : exchange_(std::move(exchange)), method_(method), stream_(std::move(stream)) {}

  void Start() {
    exchange_->WatchClient([stream = stream_] { stream->Cancel(); });
    ReadNext();
  }

 private:
  using Message = absl::StatusOr<std::optional<std::string>>;

  void ReadNext() {
    stream_->Next([self = shared_from_this()](Message message) {
      Exchange& exchange = *self->exchange_;
      exchange.Post([self, message = std::move(message)] { self->OnMessage(message); });
    });
  }

  void OnMessage(const Message& message) {
    if (!message.ok()) return Fail(message.status());
    if (!message->has_value()) {
      Begin();
      exchange_->EndStream(true);
      return;
    }
    const auto parsed = ParseResponse(method_, **message);
    if (!parsed.ok()) return Fail(parsed.status());
    Begin();
    std::string line;
    WriteJsonLine(**parsed, line);
    exchange_->Write(std::move(line), [self = shared_from_this()] { self->ReadNext(); });
  }

  void Begin() {
    if (!std::exchange(begun_, true)) exchange_->StartStream("application/x-ndjson");
  }

  void Fail(const absl::Status& status) {
    stream_->Cancel();
    Response error = ErrorResponse(status, exchange_->RequestId());
    if (!begun_) {
      exchange_->Send(std::move(error));
      return;
    }
    exchange_->Write(error.body + "\n", [exchange = exchange_] { exchange->EndStream(false); });
  }

  const std::shared_ptr<Exchange> exchange_;
  const wire::Method& method_;
  const std::shared_ptr<OngoingStream> stream_;
  bool begun_ = false;
};

}  // namespace

void StreamJsonLines(std::shared_ptr<Exchange> exchange, const wire::Method& method,
                     std::shared_ptr<OngoingStream> stream) {
  std::make_shared<Lines>(std::move(exchange), method, std::move(stream))->Start();
}

}  // namespace furnace::gateway::http
