#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace furnace::gateway::http {

/// What of a request's head is too much.
struct HeadLimits {
  std::size_t request_line_bytes = 8 << 10;
  std::size_t head_bytes = 32 << 10;  // Request line and headers.
  std::size_t headers = 100;
};

/// Makes requests out of the bytes of a connection, one after another.
///
/// Bytes go in by Prepare and Commit. A request comes out in two steps, head and
/// body; what was sent behind it waits inside for Next.
class RequestReader {
 public:
  explicit RequestReader(const HeadLimits& limits);
  ~RequestReader();

  enum class Progress {
    kNeedsMore,  // Put more bytes in and try again.
    kDone,
    kFault,  // See fault(). Nothing more can be read from this connection.
  };
  /// Why a request is refused.
  struct Fault {
    int http_status = 400;
    std::string_view code = "INVALID_ARGUMENT";
    std::string text;
  };

  /// Where to put bytes, and how many fit: never none.
  std::pair<char*, std::size_t> Prepare();
  /// So many bytes were put there.
  void Commit(std::size_t bytes);
  /// Bytes that wait inside, not counting a body read so far.
  std::size_t buffered() const;

  /// Looks for the whole head.
  Progress ReadHead();

  // Of the head, once read; empty or false before. Views hold until Next.
  std::string_view method() const;
  std::string_view target() const;
  std::string_view Header(std::string_view name) const;
  bool is_http_1_1() const;
  bool keep_alive() const;
  bool is_upgrade() const;
  bool expects_continue() const;
  /// Whether it expects what nobody here can do.
  bool expects_else() const;
  /// The whole head as it was sent; only where it is_upgrade.
  const std::string& raw_head() const;
  /// Whether a body of one byte or more may follow.
  bool has_body() const;
  /// What Content-Length says.
  std::optional<std::size_t> content_length() const;

  /// Sets the most bytes ReadBody takes. kFault when the head announces more,
  /// else kDone.
  Progress LimitBody(std::size_t bytes);
  /// Reads on in the body. Done at once when there is none.
  Progress ReadBody();
  /// Whether all of the request is read.
  bool is_done() const;
  std::size_t body_size() const;
  std::string TakeBody();

  const Fault& fault() const;

  /// What was sent behind the head of a request without a body; it is gone then.
  std::string TakeBuffered();

  /// Forgets this request, which was read whole, and turns to the next.
  void Next();

 private:
  class State;
  const std::unique_ptr<State> state_;
};

}  // namespace furnace::gateway::http
