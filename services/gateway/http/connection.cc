#include "services/gateway/http/connection.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <utility>

#include "absl/time/clock.h"
#include "libs/common/base/uuid.h"
#include "services/gateway/http/connection_exchange.h"
#include "services/gateway/http/errors.h"
#include "services/gateway/http/large_work.h"
#include "services/gateway/http/response_head.h"

namespace furnace::gateway::http {
namespace {

namespace asio = boost::asio;
using Progress = RequestReader::Progress;

// Written at a time; after each the client has shown to be alive.
constexpr std::size_t kWriteBytes = 256 << 10;

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, Shared& shared, std::unique_ptr<Place> place)
    : executor_(socket.get_executor()),
      socket_(std::move(socket)),
      shared_(shared),
      place_(std::move(place)),
      reader_(shared.limits.head),
      deadline_(executor_, [this] { OnDeadline(); }) {}

Connection::~Connection() = default;

void Connection::Start() {
  asio::dispatch(executor_, [self = shared_from_this()] {
    self->deadline_.SetOwner(self);
    self->place_->Occupy(self);
    // Whoever connects has something to say.
    self->deadline_.Set(self->shared_.limits.head_timeout);
    self->ReadMore();
  });
}

void Connection::Refuse() {
  asio::dispatch(executor_, [self = shared_from_this()] {
    self->deadline_.SetOwner(self);
    self->phase_ = Phase::kAnswering;
    const std::string request_id = NewUuid(absl::Now());
    const Response response =
        ErrorResponse(absl::UnavailableError("too many connections"), request_id);
    AppendHead(response, {.close = true}, request_id, self->out_);
    self->out_body_ = response.body;
    self->WriteOut([connection = self.get()] { connection->Linger(); });
  });
}

void Connection::ReadMore() {
  if (std::exchange(reading_, true)) return;
  const auto [data, size] = reader_.Prepare();
  socket_.async_read_some(
      asio::buffer(data, size),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
        self->reading_ = false;
        self->OnRead(error, bytes);
      });
}

void Connection::OnRead(const boost::system::error_code& error, std::size_t bytes) {
  if (phase_ == Phase::kClosed) return;
  // A client that closes its side within a request will not finish it.
  if (error) return Close();
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead: reader_.Commit(bytes); return ReadHead();
    case Phase::kBody: reader_.Commit(bytes); return ReadBody();
    case Phase::kLinger: return ReadMore();  // Over what was read last.
    case Phase::kAnswering:                  // It was refused; this came too late.
    case Phase::kClosed: return;
  }
}

void Connection::ReadHead() {
  switch (reader_.ReadHead()) {
    case Progress::kNeedsMore:
      if (phase_ == Phase::kIdle && reader_.buffered() > 0) {
        phase_ = Phase::kHead;
        deadline_.Set(shared_.limits.head_timeout);
      }
      return ReadMore();
    case Progress::kFault: return RefuseRequest(reader_.fault());
    case Progress::kDone: break;
  }
  phase_ = Phase::kAnswering;
  deadline_.Clear();
  current_ = std::make_shared<ConnectionExchange>(shared_from_this());
  shared_.handler.Handle(current_);
}

void Connection::ReadBody() {
  const Progress progress = reader_.ReadBody();
  if (progress == Progress::kFault) return RefuseRequest(reader_.fault());
  if (!ChargeBody()) {
    return RefuseRequest({503, "UNAVAILABLE", "too many large requests at the moment"});
  }
  if (progress == Progress::kNeedsMore) return ReadMore();
  phase_ = Phase::kAnswering;
  deadline_.Clear();
  current_->DeliverBody(reader_.TakeBody());
}

bool Connection::ChargeBody() {
  const std::size_t more = reader_.body_size() - charged_bytes_;
  charged_bytes_ += more;
  return shared_.body_bytes.fetch_add(more) + more <= shared_.limits.body_bytes;
}

void Connection::ReleaseBody() {
  reader_.TakeBody();
  shared_.body_bytes -= std::exchange(charged_bytes_, 0);
}

// Small answers are not counted: the number of connections bounds them.
bool Connection::ChargeAnswer(const std::string& project_id, std::size_t bytes) {
  if (bytes < kLargeBytes) return true;
  if (!shared_.answers.Take(project_id, bytes)) return false;
  charged_answer_ = bytes;
  charged_project_ = project_id;
  return true;
}

void Connection::ReleaseAnswer() {
  if (charged_answer_ == 0) return;
  shared_.answers.GiveBack(charged_project_, std::exchange(charged_answer_, 0));
  out_body_ = std::string();  // Not just cleared: it would keep its room.
}

void Connection::SendContinue() {
  out_ = kContinue;
  WriteOut([this] {
    deadline_.Set(shared_.limits.body_timeout);
    ReadBody();
  });
}

// Whether no byte of the request's body is still to come. A small one that nobody
// wanted is often here already.
bool Connection::SkipBody() {
  if (reader_.is_done()) return true;
  if (reading_ || !reader_.has_body()) return false;
  constexpr std::size_t kSkippedBytes = 64 << 10;
  return reader_.LimitBody(kSkippedBytes) == Progress::kDone &&
         reader_.ReadBody() == Progress::kDone;
}

void Connection::RefuseRequest(const RequestReader::Fault& fault) {
  deadline_.Clear();
  close_after_ = true;
  if (current_ == nullptr) current_ = std::make_shared<ConnectionExchange>(shared_from_this());
  current_->Send(ErrorResponse(fault.http_status, fault.code, fault.text, current_->RequestId()));
}

void Connection::FinishAnswer() {
  current_->Count();
  current_.reset();
  if (close_after_) {
    Linger();
  } else {
    NextRequest();
  }
}

void Connection::NextRequest() {
  reader_.Next();
  phase_ = Phase::kIdle;
  deadline_.Set(shared_.draining ? shared_.limits.lame_duck : shared_.limits.idle_timeout);
  if (reader_.buffered() > 0) {
    ReadHead();
  } else {
    ReadMore();
  }
}

void Connection::WriteOut(absl::AnyInvocable<void()> on_written) {
  writing_ = true;
  deadline_.Set(shared_.limits.write_timeout);
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(out_), asio::buffer(out_body_)};
  asio::async_write(
      socket_, buffers,
      [this](const boost::system::error_code& error, std::size_t) -> std::size_t {
        if (error) return 0;
        if (phase_ != Phase::kClosed) deadline_.Set(shared_.limits.write_timeout);
        return kWriteBytes;
      },
      [self = shared_from_this(), on_written = std::move(on_written)](
          const boost::system::error_code& error, std::size_t) mutable {
        self->writing_ = false;
        self->ReleaseAnswer();
        if (self->phase_ == Phase::kClosed) return;
        if (error) return self->Close();
        self->deadline_.Clear();
        self->out_.clear();
        self->out_body_.clear();
        on_written();
      });
}

void Connection::WatchClient() {
  socket_.async_wait(
      asio::ip::tcp::socket::wait_read,
      [self = shared_from_this(), watched = current_](const boost::system::error_code& error) {
        if (error || self->phase_ == Phase::kClosed || self->current_ != watched) return;
        if (!self->ClientIsThere()) self->Close();
      });
}

// Something can be read: the end, or what was sent ahead of its time. In the
// latter case the end cannot be seen before that is read, so watching ends.
bool Connection::ClientIsThere() {
  char byte = 0;
  const auto peeked = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (peeked < 0 && (errno == EAGAIN || errno == EINTR)) {
    WatchClient();
    return true;
  }
  return peeked > 0;
}

void Connection::OnDeadline() {
  constexpr std::string_view kCode = "REQUEST_TIMEOUT";
  if (writing_) return Close();
  switch (phase_) {
    case Phase::kHead:
      return RefuseRequest({408, kCode, "the request's headers did not arrive in time"});
    case Phase::kBody:
      return RefuseRequest({408, kCode, "the request's body did not arrive in time"});
    default: return Close();
  }
}

void Connection::Drain() {
  asio::post(executor_, [self = shared_from_this()] {
    if (self->phase_ == Phase::kIdle) self->deadline_.Set(self->shared_.limits.lame_duck);
  });
}

void Connection::Abort() {
  asio::post(executor_, [self = shared_from_this()] {
    self->aborted_ = true;
    if (self->phase_ != Phase::kAnswering || self->current_ == nullptr) return self->Close();
    self->current_->Hurry();
  });
}

void Connection::Linger() {
  phase_ = Phase::kLinger;
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  deadline_.Set(shared_.limits.linger);
  ReadMore();
}

void Connection::Close() {
  if (phase_ == Phase::kClosed) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  const std::shared_ptr<ConnectionExchange> dropped = std::move(current_);
  boost::system::error_code ignored;
  Release().close(ignored);
  place_.reset();
  if (dropped != nullptr) dropped->Drop();
}

asio::ip::tcp::socket Connection::Release() {
  phase_ = Phase::kClosed;
  deadline_.Stop();
  ReleaseBody();
  current_.reset();
  return std::move(socket_);
}

}  // namespace furnace::gateway::http
