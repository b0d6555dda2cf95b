#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "services/gateway/http/deadline.h"
#include "services/gateway/http/session.h"

namespace furnace::gateway::http {

class ConnectionExchange;

/// One HTTP/1.1 connection: reads a request, has it answered, reads the next. It
/// lives while an operation of it is in flight or an exchange is held, and runs on
/// the thread of its socket.
class Connection final : public Session, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Shared& shared, std::unique_ptr<Place> place);
  ~Connection() override;

  /// Begins to serve. From any thread.
  void Start();
  /// Answers 503 unasked and closes: the server is full. From any thread.
  void Refuse();

  void Drain() override;
  void Abort() override;

 private:
  friend class ConnectionExchange;

  enum class Phase {
    kIdle,       // Between requests.
    kHead,       // Part of a head is there.
    kAnswering,  // The handler has the request.
    kBody,       // The handler waits for the body.
    kLinger,     // All is said; waits for the client to close.
    kClosed,
  };

  void ReadMore();
  void OnRead(const boost::system::error_code& error, std::size_t bytes);
  void ReadHead();
  void ReadBody();
  void SendContinue();
  bool ChargeBody();
  void ReleaseBody();
  bool ChargeAnswer(const std::string& project_id, std::size_t bytes);
  void ReleaseAnswer();
  bool SkipBody();
  void RefuseRequest(const RequestReader::Fault& fault);
  void NextRequest();
  void FinishAnswer();

  void WriteOut(absl::AnyInvocable<void()> on_written);
  void WatchClient();
  bool ClientIsThere();
  void OnDeadline();
  void Linger();
  void Close();
  /// Gives the socket away; the connection is over.
  boost::asio::ip::tcp::socket Release();

  const boost::asio::any_io_executor executor_;
  boost::asio::ip::tcp::socket socket_;
  Shared& shared_;
  std::unique_ptr<Place> place_;
  RequestReader reader_;
  Deadline deadline_;
  Phase phase_ = Phase::kIdle;
  bool reading_ = false;
  bool writing_ = false;
  bool close_after_ = false;  // The answer being given is the last one.
  bool aborted_ = false;
  std::shared_ptr<ConnectionExchange> current_;  // Until its answer is complete.
  std::string out_;                              // Being written, or gathering to be.
  std::string out_body_;                         // Written behind `out_`.
  std::size_t charged_bytes_ = 0;                // Of Shared::body_bytes.
  std::size_t charged_answer_ = 0;               // Of Shared::answers,
  std::string charged_project_;                  // and to whom.
};

}  // namespace furnace::gateway::http
