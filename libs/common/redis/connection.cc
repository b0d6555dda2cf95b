#include "libs/common/redis/connection.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <string_view>

#include "libs/common/base/status.h"

namespace furnace::redis {
namespace {

struct Argv {
  explicit Argv(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      pointers.push_back(word.data());
      lengths.push_back(word.size());
    }
  }

  int count() const { return static_cast<int>(pointers.size()); }

  std::vector<const char*> pointers;
  std::vector<std::size_t> lengths;
};

bool ParseNumber(std::string_view text, int max, int* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() && *number >= 0 && *number <= max;
}

}  // namespace

absl::StatusOr<ServerAddress> ParseUrl(const std::string& url) {
  constexpr std::string_view kScheme = "redis://";
  constexpr int kMaxPort = 65535;
  constexpr int kMaxDatabase = 9999;
  const auto bad =
      absl::InvalidArgumentError("not of the form redis://[:password@]host[:port][/database]");
  std::string_view rest(url);
  if (!rest.starts_with(kScheme)) return bad;
  rest.remove_prefix(kScheme.size());

  ServerAddress address;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = rest.substr(0, at);
    const auto colon = user.find(':');
    if (colon == std::string_view::npos) return bad;
    address.password = user.substr(colon + 1);
    rest.remove_prefix(at + 1);
  }
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view database = rest.substr(slash + 1);
    if (!database.empty() && !ParseNumber(database, kMaxDatabase, &address.database)) return bad;
    rest = rest.substr(0, slash);
  }
  if (const auto colon = rest.rfind(':'); colon != std::string_view::npos) {
    if (!ParseNumber(rest.substr(colon + 1), kMaxPort, &address.port) || address.port == 0) {
      return bad;
    }
    rest = rest.substr(0, colon);
  }
  if (rest.empty()) return bad;
  address.host = rest;
  return address;
}

WakeEvent::WakeEvent() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
WakeEvent::~WakeEvent() { close(fd_); }

void WakeEvent::Set() const {
  const std::uint64_t one = 1;
  // A full counter is as good as a set one.
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
}

void WakeEvent::Clear() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(fd_, &count, sizeof count);
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const ServerAddress& address) {
  const timeval timeout = absl::ToTimeval(address.connect_timeout);
  std::unique_ptr<Connection> connection(
      new Connection(redisConnectWithTimeout(address.host.c_str(), address.port, timeout)));
  redisContext* context = connection->context_.get();
  if (context == nullptr || context->err != REDIS_OK) {
    return Error(absl::StatusCode::kUnavailable, "redis {}:{}: {}", address.host, address.port,
                 context == nullptr ? "out of memory" : context->errstr);
  }
  redisSetTimeout(context, timeout);
  const int on = 1;
  setsockopt(context->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!address.password.empty()) {
    FURNACE_RETURN_IF_ERROR(connection->Ask({"AUTH", address.password}).status());
  }
  if (address.database != 0) {
    FURNACE_RETURN_IF_ERROR(connection->Ask({"SELECT", std::to_string(address.database)}).status());
  }
  return connection;
}

absl::Status Connection::Broken() const {
  return Error(absl::StatusCode::kUnavailable, "redis: {}", context_->errstr);
}

absl::StatusOr<Reply> Connection::Ask(const std::vector<std::string>& words) {
  Argv argv(words);
  Reply reply(static_cast<redisReply*>(
      redisCommandArgv(context_.get(), argv.count(), argv.pointers.data(), argv.lengths.data())));
  if (reply == nullptr) return Broken();
  if (reply->type == REDIS_REPLY_ERROR) {
    return Error(absl::StatusCode::kUnavailable, "redis refused {}: {}", words.front(),
                 std::string_view(reply->str, static_cast<std::size_t>(reply->len)));
  }
  return reply;
}

void Connection::Append(const std::vector<std::string>& words) {
  Argv argv(words);
  redisAppendCommandArgv(context_.get(), argv.count(), argv.pointers.data(), argv.lengths.data());
  unwritten_ = true;
}

absl::Status Connection::Exchange(const WakeEvent& wake, absl::Duration timeout) {
  if ((context_->flags & REDIS_BLOCK) != 0) {
    context_->flags &= ~REDIS_BLOCK;
    fcntl(context_->fd, F_SETFL, fcntl(context_->fd, F_GETFL) | O_NONBLOCK);
  }
  if (unwritten_) {
    int done = 0;
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return Broken();
    unwritten_ = done == 0;
  }
  const auto socket_events = static_cast<short>(unwritten_ ? POLLIN | POLLOUT : POLLIN);
  pollfd fds[] = {{context_->fd, socket_events, 0}, {wake.fd(), POLLIN, 0}};
  poll(fds, 2,
       static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1)))));
  if (fds[1].revents != 0) wake.Clear();
  if ((fds[0].revents & ~POLLOUT) != 0 && redisBufferRead(context_.get()) != REDIS_OK) {
    return Broken();
  }
  return absl::OkStatus();
}

absl::StatusOr<Reply> Connection::Next() {
  void* raw = nullptr;
  if (redisGetReplyFromReader(context_.get(), &raw) != REDIS_OK) {
    return Error(absl::StatusCode::kInternal, "redis: {}", context_->errstr);
  }
  return Reply(static_cast<redisReply*>(raw));
}

}  // namespace furnace::redis
