#include "services/gateway/http/request_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <iterator>

namespace furnace::gateway::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

// Read from the network at a time: little before a head is there, for most
// connections are idle; more for bodies.
constexpr std::size_t kHeadReadBytes = 4 << 10;
constexpr std::size_t kBodyReadBytes = 64 << 10;
// A buffer that a body has grown beyond this is given back.
constexpr std::size_t kIdleBufferBytes = 16 << 10;
constexpr std::size_t kMostReservedBytes = 1 << 20;

// As Beast's string_body, but it does not trust Content-Length with its memory.
struct Body {
  using value_type = std::string;

  // The name is Beast's. NOLINTNEXTLINE(readability-identifier-naming)
  class reader {
   public:
    template <bool is_request, class Fields>
    reader(bhttp::header<is_request, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, beast::error_code& error) {
      body_.reserve(std::min<std::size_t>(length.value_or(0), kMostReservedBytes));
      error = {};
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, beast::error_code& error) {
      const std::size_t before = body_.size();
      const auto end = boost::asio::buffer_sequence_end(buffers);
      for (auto next = boost::asio::buffer_sequence_begin(buffers); next != end; ++next) {
        const boost::asio::const_buffer buffer(*next);
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
      }
      error = {};
      return body_.size() - before;
    }

    void finish(beast::error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string HumanBytes(std::size_t bytes) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  return bytes % kMiB == 0 ? fmt::format("{} MiB", bytes / kMiB) : fmt::format("{} bytes", bytes);
}

}  // namespace

class RequestReader::State {
 public:
  explicit State(const HeadLimits& limits)
      : limits_(limits), buffer_(std::max(limits.head_bytes, kBodyReadBytes) + kBodyReadBytes) {
    Next();
  }

  std::pair<char*, std::size_t> Prepare() {
    const std::size_t bytes = in_body_ ? kBodyReadBytes : kHeadReadBytes;
    const auto space = buffer_.prepare(std::min(bytes, buffer_.max_size() - buffer_.size()));
    return {static_cast<char*>(space.data()), space.size()};
  }

  Progress ReadHead() {
    SkipBlankLines();
    const std::string_view text = Buffered();
    const auto line_end = text.find("\r\n");
    if (std::min(line_end, text.size()) > limits_.request_line_bytes) {
      return Refuse(
          414, "URI_TOO_LONG",
          fmt::format("the request line is longer than {} bytes", limits_.request_line_bytes));
    }
    const auto end = text.find("\r\n\r\n", scanned_ < 3 ? 0 : scanned_ - 3);
    if (std::min(end, text.size()) > limits_.head_bytes) {
      return Refuse(431, "HEADERS_TOO_LARGE",
                    fmt::format("the headers are larger than {} bytes", limits_.head_bytes));
    }
    if (end == std::string_view::npos) {
      scanned_ = text.size();
      return Progress::kNeedsMore;
    }
    return ParseHead(text.substr(0, end + 4));
  }

  Progress ReadBody() {
    beast::error_code error;
    while (!parser_->is_done()) {
      const std::size_t used = parser_->put(buffer_.data(), error);
      buffer_.consume(used);
      if (error == bhttp::error::need_more || (!error && used == 0)) {
        if (buffer_.size() < kBodyReadBytes) return Progress::kNeedsMore;
        return Malformed("the body's chunks cannot be read");
      }
      if (error == bhttp::error::body_limit) return BodyTooLarge();
      if (error) return Malformed(error.message());
    }
    in_body_ = false;
    return Progress::kDone;
  }

  Progress LimitBody(std::size_t bytes) {
    in_body_ = true;
    body_limit_ = bytes;
    // Beast counts chunks against it; Content-Length is for us to compare.
    parser_->body_limit(bytes);
    return parser_->content_length().value_or(0) > bytes ? BodyTooLarge() : Progress::kDone;
  }

  void Next() {
    parser_.emplace();
    parser_->body_limit(boost::none);
    parser_->header_limit(static_cast<std::uint32_t>(limits_.head_bytes + 4));
    in_body_ = false;
    scanned_ = 0;
    raw_head_.clear();
    if (buffer_.size() == 0 && buffer_.capacity() > kIdleBufferBytes) buffer_.shrink_to_fit();
  }

  Progress Refuse(int http_status, std::string_view code, std::string text) {
    fault_ = {http_status, code, std::move(text)};
    return Progress::kFault;
  }

  std::string_view Buffered() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }

  bool head_is_there() const { return parser_->is_header_done(); }

  const HeadLimits limits_;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<Body>> parser_;
  std::string raw_head_;
  Fault fault_;

 private:
  Progress Malformed(std::string_view what) {
    return Refuse(400, "INVALID_ARGUMENT", fmt::format("malformed HTTP: {}", what));
  }

  Progress BodyTooLarge() {
    return Refuse(413, "BODY_TOO_LARGE",
                  fmt::format("the request body is larger than {}", HumanBytes(body_limit_)));
  }

  // RFC 9112 2.2: a server ignores empty lines before a request line.
  void SkipBlankLines() {
    while (Buffered().starts_with("\r\n")) buffer_.consume(2);
  }

  Progress ParseHead(std::string_view text) {
    beast::error_code error;
    parser_->put(boost::asio::buffer(text.data(), text.size()), error);
    if (error == bhttp::error::bad_version) {
      return Refuse(505, "HTTP_VERSION_NOT_SUPPORTED", "this server speaks HTTP/1.1");
    }
    if (error) return Malformed(error.message());
    if (!parser_->is_header_done()) return Malformed("incomplete head");
    const auto& head = parser_->get();
    if (std::distance(head.begin(), head.end()) > static_cast<std::ptrdiff_t>(limits_.headers)) {
      return Refuse(431, "TOO_MANY_HEADERS", fmt::format("more than {} headers", limits_.headers));
    }
    if (head.version() == 11 && head.count(bhttp::field::host) != 1) {
      return Malformed("HTTP/1.1 needs exactly one Host header");
    }
    if (head.count(bhttp::field::transfer_encoding) > 0 && !parser_->chunked()) {
      return Refuse(501, "UNIMPLEMENTED", "the only Transfer-Encoding taken is chunked");
    }
    if (parser_->upgrade()) raw_head_ = std::string(text);
    buffer_.consume(text.size());
    return Progress::kDone;
  }

  bool in_body_ = false;
  std::size_t scanned_ = 0;  // Of the buffer, in search for the head's end.
  std::size_t body_limit_ = 0;
};

RequestReader::RequestReader(const HeadLimits& limits) : state_(std::make_unique<State>(limits)) {}
RequestReader::~RequestReader() = default;

std::pair<char*, std::size_t> RequestReader::Prepare() { return state_->Prepare(); }
void RequestReader::Commit(std::size_t bytes) { state_->buffer_.commit(bytes); }
std::size_t RequestReader::buffered() const { return state_->buffer_.size(); }

RequestReader::Progress RequestReader::ReadHead() { return state_->ReadHead(); }

std::string_view RequestReader::method() const {
  return View(state_->parser_->get().method_string());
}

std::string_view RequestReader::target() const { return View(state_->parser_->get().target()); }

std::string_view RequestReader::Header(std::string_view name) const {
  const auto& head = state_->parser_->get();
  const auto found = head.find(beast::string_view(name.data(), name.size()));
  return found == head.end() ? std::string_view() : View(found->value());
}

bool RequestReader::is_http_1_1() const { return state_->parser_->get().version() == 11; }

bool RequestReader::keep_alive() const {
  return state_->head_is_there() && state_->parser_->keep_alive();
}

bool RequestReader::is_upgrade() const {
  return state_->head_is_there() && state_->parser_->upgrade();
}

bool RequestReader::expects_continue() const {
  const std::string_view expected = Header("Expect");
  return is_http_1_1() && beast::iequals({expected.data(), expected.size()}, "100-continue");
}

bool RequestReader::expects_else() const {
  return is_http_1_1() && !Header("Expect").empty() && !expects_continue();
}

const std::string& RequestReader::raw_head() const { return state_->raw_head_; }
bool RequestReader::has_body() const {
  return state_->head_is_there() &&
         (state_->parser_->chunked() || content_length().value_or(0) > 0);
}

std::optional<std::size_t> RequestReader::content_length() const {
  const auto length = state_->parser_->content_length();
  return length ? std::optional<std::size_t>(*length) : std::nullopt;
}

RequestReader::Progress RequestReader::LimitBody(std::size_t bytes) {
  return state_->LimitBody(bytes);
}
RequestReader::Progress RequestReader::ReadBody() { return state_->ReadBody(); }
bool RequestReader::is_done() const { return state_->parser_->is_done(); }
std::size_t RequestReader::body_size() const { return state_->parser_->get().body().size(); }
std::string RequestReader::TakeBody() {
  return std::exchange(state_->parser_->get().body(), std::string());
}

const RequestReader::Fault& RequestReader::fault() const { return state_->fault_; }

std::string RequestReader::TakeBuffered() {
  std::string taken(state_->Buffered());
  state_->buffer_.consume(taken.size());
  return taken;
}

void RequestReader::Next() { state_->Next(); }

}  // namespace furnace::gateway::http
