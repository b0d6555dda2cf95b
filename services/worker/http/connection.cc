#include "services/worker/http/connection.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "libs/common/metrics/metrics.h"
#include "services/worker/domain/text.h"
#include "services/worker/http/open_requests.h"
#include "services/worker/http/report_body.h"

namespace furnace::worker {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr absl::Duration kFirstRequestLimit = absl::Seconds(30);
// Much longer than any client keeps an idle connection, so that it is the client
// who closes: a request that crosses our close would be lost.
constexpr absl::Duration kIdleLimit = absl::Hours(1);
constexpr absl::Duration kTransferLimit = absl::Minutes(5);
// A result is written to disk before it is answered; progress waits for kReportHold.
constexpr absl::Duration kReportLimit = absl::Minutes(5);
// SDKs repeat what is refused at once and for ever.
constexpr absl::Duration kRefusalDelay = absl::Milliseconds(500);
static_assert(kReportHold < kReportLimit);
constexpr absl::Duration kStopHold = absl::Seconds(25);
// A ping names all jobs of its handler.
constexpr std::uint32_t kHeaderBytesMax = 64 << 10;
constexpr std::size_t kSinkBytes = std::size_t{64} << 10;

std::string_view ToStd(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, Agent& agent, const Gate& gate,
                       std::shared_ptr<std::size_t> count)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      agent_(agent),
      gate_(gate),
      count_(std::move(count)) {
  ++*count_;
}

Connection::~Connection() { --*count_; }

void Connection::Start() {
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  ReadHeader();
}

void Connection::ReadHeader() {
  head_.emplace();
  head_->header_limit(kHeaderBytesMax);
  head_->body_limit(boost::none);  // Its length is looked at below.
  Expect(admitted_ ? kIdleLimit : kFirstRequestLimit);
  http::async_read_header(socket_, buffer_, *head_,
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (error) {
                              self->Close();
                            } else {
                              self->OnHeader();
                            }
                          });
}

void Connection::OnHeader() {
  const auto& request = head_->get();
  keep_alive_ = request.keep_alive();
  if (!gate_.Admits(ToStd(request[http::field::authorization]))) {
    spdlog::warn("a request without the handler's secret is refused");
    SetTimer(kRefusalDelay, &Connection::Refuse);
    return;
  }
  admitted_ = true;
  const std::optional<Target> target = ParseTarget(ToStd(request.target()));
  const bool is_post = request.method() == http::verb::post;
  if (!target || IsPost(target->route) != is_post) {
    keep_alive_ = false;
    Answer(404, R"({"error":"no such route"})");
    return;
  }
  target_ = *target;
  user_agent_ = ToStd(request[http::field::user_agent]);
  Expect(kTransferLimit);
  const auto length = head_->content_length();
  if (length && *length > kBodyBytesMax) {
    oversize_ = static_cast<std::size_t>(*length);
    StartDiscarding();
  } else {
    ReadBody();
  }
}

void Connection::Refuse() {
  keep_alive_ = false;
  Answer(401, R"({"error":"unauthorized"})");
}

void Connection::ReadBody() {
  body_.emplace(std::move(*head_));
  body_->body_limit(kBodyBytesMax);
  if (body_->is_done()) {
    Serve();
    return;
  }
  http::async_read(socket_, buffer_, *body_,
                   [self = shared_from_this()](const error_code& error, std::size_t) {
                     if (error == http::error::body_limit && IsPost(self->target_.route)) {
                       // Of a chunked body the end is not known: hang up afterwards.
                       self->keep_alive_ = false;
                       self->ReportOversize(kBodyBytesMax + 1);
                     } else if (error) {
                       self->Close();
                     } else {
                       self->Serve();
                     }
                   });
}

void Connection::StartDiscarding() {
  sink_.emplace(std::move(*head_));
  sink_buffer_.resize(kSinkBytes);
  DiscardBody();
}

// The peer reads the answer only when it has written all of its body.
void Connection::DiscardBody() {
  sink_->get().body().data = sink_buffer_.data();
  sink_->get().body().size = sink_buffer_.size();
  http::async_read(socket_, buffer_, *sink_,
                   [self = shared_from_this()](const error_code& error, std::size_t) {
                     if (error && error != http::error::need_buffer) {
                       self->Close();
                     } else if (self->sink_->is_done()) {
                       self->sink_buffer_ = {};
                       self->ReportOversize(self->oversize_);
                     } else {
                       self->DiscardBody();
                     }
                   });
}

void Connection::Serve() {
  switch (target_.route) {
    case Route::kTake:
    case Route::kTakeBatch: ServeTake(); break;
    case Route::kStop: ServeStop(); break;
    case Route::kDone: Report(ParseDone(body_->get().body())); break;
    case Route::kStream: Report(ParseStream(body_->get().body())); break;
    case Route::kPing: ServePing(); break;
  }
}

// A handler that fails its own checks says so once, in a ping, and exits.
void Connection::ServePing() {
  if (const std::optional<Complaint> complaint = ComplaintIn(target_)) {
    metrics::Counter("furnace_worker_unhealthy_pings_total",
                     "Pings by which the handler called itself unhealthy.")
        .Increment();
    agent_.OnUnhealthy(complaint->check, complaint->reason);
  } else {
    agent_.OnPing(PingedJobs(target_));
  }
  Answer(200, "{}");
}

// A result that is too large is a failure, a chunk is left out.
void Connection::ReportOversize(std::size_t bytes) {
  if (target_.route == Route::kDone) return Report(TooLarge(bytes));
  spdlog::warn("job {}: chunk of {} bytes dropped", target_.job_id, bytes);
  Report({});
}

void Connection::Report(worker::Report report) {
  body_.reset();
  Expect(kReportLimit);
  agent_.OnReport(target_.job_id, std::move(report),
                  std::make_shared<OpenReport>(weak_from_this()));
}

void Connection::ServeTake() {
  const TakeRequest request = ToTakeRequest(target_, user_agent_);
  const auto take = std::make_shared<OpenTake>(weak_from_this(), target_.route, JobsMax(target_));
  Hold(agent_.hold(request.sdk), [this, poll = take.get()] { agent_.OnTakeEnded(poll); });
  agent_.OnTake(request, take);
}

void Connection::ServeStop() {
  const auto stop = std::make_shared<OpenStop>(weak_from_this());
  Hold(kStopHold, [this, poll = stop.get()] { agent_.OnAwaitStopsEnded(poll); });
  agent_.OnAwaitStops(stop);
}

void Connection::Hold(absl::Duration limit, Ended ended) {
  ended_ = std::move(ended);
  SetTimer(limit, &Connection::OnHoldOver);
  WatchPeer();
}

void Connection::OnHoldOver() {
  if (!ended_) return;
  std::exchange(ended_, nullptr)();
  Answer(204, {});
}

void Connection::WatchPeer() {
  socket_.async_wait(boost::asio::socket_base::wait_read,
                     [self = shared_from_this()](const error_code& error) {
                       if (error || !self->ended_ || self->PeerWaits()) return;
                       std::exchange(self->ended_, nullptr)();
                       self->Close();
                     });
}

bool Connection::PeerWaits() {
  char byte = 0;
  const ssize_t got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

void Connection::Answer(unsigned status, std::string body, std::function<void()> failed) {
  if (ended_) {
    ended_ = nullptr;
    error_code ignored;
    socket_.cancel(ignored);  // WatchPeer.
  }
  response_.emplace(static_cast<http::status>(status), 11);
  response_->keep_alive(keep_alive_);
  if (status != 204) {
    response_->set(http::field::content_type, "application/json");
    response_->body() = std::move(body);
    response_->prepare_payload();
  }
  Expect(kTransferLimit);
  http::async_write(socket_, *response_,
                    [self = shared_from_this(), failed = std::move(failed)](const error_code& error,
                                                                            std::size_t) {
                      if (error && failed) failed();
                      if (error || !self->keep_alive_) {
                        self->Close();
                      } else {
                        self->ReadHeader();
                      }
                    });
}

void Connection::Expect(absl::Duration limit) { SetTimer(limit, &Connection::Close); }

void Connection::SetTimer(absl::Duration limit, void (Connection::*ring)()) {
  timer_.expires_after(absl::ToChronoNanoseconds(limit));
  // An expiry that is queued already can not be cancelled any more; its number
  // shows that it is old.
  timer_.async_wait([self = shared_from_this(), ring, number = ++timers_](const error_code& error) {
    if (!error && number == self->timers_) ((*self).*ring)();
  });
}

void Connection::Close() {
  ++timers_;
  timer_.cancel();
  error_code ignored;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

}  // namespace furnace::worker
