#include "services/gateway/http/connection_exchange.h"

#include <spdlog/spdlog.h>

#include <boost/asio/dispatch.hpp>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/gateway/domain/credentials.h"
#include "services/gateway/http/errors.h"
#include "services/gateway/http/response_head.h"
#include "services/gateway/http/stream/web_socket_session.h"

namespace furnace::gateway::http {
namespace {

constexpr int kClientClosedRequest = 499;

std::string RequestIdOf(const RequestReader& reader) {
  const std::string_view given = reader.Header("X-Request-ID");
  return IsRequestId(given) ? std::string(given) : NewUuid(absl::Now());
}

}  // namespace

ConnectionExchange::ConnectionExchange(std::shared_ptr<Connection> connection)
    : connection_(std::move(connection)),
      request_id_(RequestIdOf(connection_->reader_)),
      started_(absl::Now()),
      metrics_(&NoRoute()) {}

std::string_view ConnectionExchange::Method() const { return connection_->reader_.method(); }
std::string_view ConnectionExchange::Target() const { return connection_->reader_.target(); }

std::string_view ConnectionExchange::Header(std::string_view name) const {
  return connection_->reader_.Header(name);
}

bool ConnectionExchange::IsUpgrade() const { return connection_->reader_.is_upgrade(); }
bool ConnectionExchange::HasBody() const { return connection_->reader_.has_body(); }

void ConnectionExchange::ReadBody(std::size_t limit,
                                  absl::AnyInvocable<void(std::string)> on_body) {
  Connection& connection = *connection_;
  if (!IsActive() || answered_) return;
  if (connection.reader_.expects_else()) {
    connection.RefuseRequest({417, "EXPECTATION_FAILED", "the only Expect is 100-continue"});
    return;
  }
  if (connection.reader_.LimitBody(limit) == RequestReader::Progress::kFault) {
    connection.RefuseRequest(connection.reader_.fault());
    return;
  }
  on_body_ = std::move(on_body);
  connection.phase_ = Connection::Phase::kBody;
  connection.deadline_.Set(connection.shared_.limits.body_timeout);
  if (connection.reader_.expects_continue() && connection.reader_.buffered() == 0) {
    connection.SendContinue();
  } else {
    connection.ReadBody();
  }
}

void ConnectionExchange::DeliverBody(std::string body) {
  auto on_body = std::exchange(on_body_, nullptr);
  on_body(std::move(body));
}

void ConnectionExchange::WatchClient(absl::AnyInvocable<void()> on_gone) {
  if (!IsActive() || connection_->aborted_) {
    on_gone();
    return;
  }
  on_gone_ = std::move(on_gone);
  connection_->WatchClient();
}

void ConnectionExchange::Send(Response response, absl::AnyInvocable<void()> on_written) {
  Connection& connection = *connection_;
  if (!IsActive() || std::exchange(answered_, true)) return;
  on_body_ = nullptr;
  connection.ReleaseBody();
  if (connection.aborted_ && response.status == kClientClosedRequest) {
    response = ErrorResponse(absl::UnavailableError("the gateway is shutting down"), request_id_);
  }
  if (!connection.ChargeAnswer(project_id_, IsHead() ? 0 : response.body.size())) {
    on_written = nullptr;
    response =
        ErrorResponse(absl::UnavailableError("too many large answers at the moment"), request_id_);
  }
  const bool skipped = connection.SkipBody();
  connection.close_after_ |=
      !skipped || !connection.reader_.keep_alive() || connection.shared_.draining;
  connection.phase_ = Connection::Phase::kAnswering;
  http_status_ = response.status;
  AppendHead(response, {.close = connection.close_after_}, request_id_, connection.out_);
  if (!IsHead()) connection.out_body_ = std::move(response.body);
  connection.WriteOut([&connection, on_written = std::move(on_written)]() mutable {
    if (on_written != nullptr) on_written();
    connection.FinishAnswer();
  });
}

void ConnectionExchange::StartStream(std::string_view content_type) {
  Connection& connection = *connection_;
  if (!IsActive() || std::exchange(answered_, true)) return;
  connection.ReleaseBody();
  chunked_ = connection.reader_.is_http_1_1();
  const bool skipped = connection.SkipBody();
  connection.close_after_ |=
      !chunked_ || !skipped || !connection.reader_.keep_alive() || connection.shared_.draining;
  Response response;
  response.content_type = std::string(content_type);
  http_status_ = response.status;
  AppendHead(response,
             {.chunked = chunked_, .until_close = !chunked_, .close = connection.close_after_},
             request_id_, connection.out_);
}

void ConnectionExchange::Write(std::string data, absl::AnyInvocable<void()> on_written) {
  if (!IsActive()) return;
  if (chunked_) {
    AppendChunk(data, connection_->out_);
  } else {
    connection_->out_ += data;
  }
  connection_->WriteOut(std::move(on_written));
}

void ConnectionExchange::EndStream(bool complete) {
  if (!IsActive()) return;
  Connection& connection = *connection_;
  connection.close_after_ |= !complete;
  if (complete && chunked_) connection.out_ += kLastChunk;
  connection.WriteOut([&connection] { connection.FinishAnswer(); });
}

void ConnectionExchange::Upgrade(absl::AnyInvocable<void(std::shared_ptr<WebSocket>)> on_open,
                                 absl::AnyInvocable<void()> on_gone) {
  if (!IsActive()) return;
  const std::shared_ptr<Connection> connection = connection_;
  http_status_ = 101;
  Count();
  std::string received = connection->reader_.raw_head() + connection->reader_.TakeBuffered();
  std::unique_ptr<Place> place = std::move(connection->place_);
  StartWebSocket(connection->Release(), connection->shared_, std::move(place), std::move(received),
                 request_id_, std::move(on_open), std::move(on_gone));
}

void ConnectionExchange::Post(absl::AnyInvocable<void()> work) {
  boost::asio::dispatch(connection_->executor_, [work = std::move(work)]() mutable { work(); });
}

void ConnectionExchange::Count() const {
  const absl::Duration took = absl::Now() - started_;
  metrics_->Answered(http_status_, took);
  // The query is left out: a token may be in it.
  spdlog::debug("{} {} {} {} us request_id={}", Method(), Target().substr(0, Target().find('?')),
                http_status_, absl::ToInt64Microseconds(took), request_id_);
}

void ConnectionExchange::Drop() {
  on_body_ = nullptr;
  http_status_ = kClientClosedRequest;
  Count();
  Hurry();
}

bool ConnectionExchange::Hurry() {
  auto on_gone = std::exchange(on_gone_, nullptr);
  if (on_gone == nullptr) return false;
  on_gone();
  return true;
}

}  // namespace furnace::gateway::http
