#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "libs/common/base/mutex.h"

namespace furnace {

/// A TCP server on a loopback address whose connections a test answers byte by byte. Every
/// connection is read up to the end of the first request's head and then handed over.
class LoopbackServer {
 public:
  /// Called for each connection, on a thread of its own, with what was read.
  using Handler = std::function<void(int connection, const std::string& head)>;

  explicit LoopbackServer(Handler handler, const std::string& address = "127.0.0.1", int port = 0)
      : handler_(std::move(handler)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, address.c_str(), &name.sin_addr);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    socklen_t size = sizeof name;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&name), &size);
    port_ = ntohs(name.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }

  /// One that answers every connection with `answer` and closes it.
  explicit LoopbackServer(std::string answer, const std::string& address = "127.0.0.1",
                          int port = 0)
      : LoopbackServer([answer = std::move(answer)](
                           int connection, const std::string&) { Say(connection, answer); },
                       address, port) {}

  ~LoopbackServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      MutexLock lock(mutex_);
      for (const int connection : open_) shutdown(connection, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    close(listener_);
  }

  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  int port() const { return port_; }
  /// Connections so far.
  int connections() const { return connections_; }
  std::string Url(const std::string& host) const {
    return "http://" + host + ":" + std::to_string(port_) + "/";
  }

  /// False when the peer is gone.
  static bool Say(int connection, const std::string& text) {
    return send(connection, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }

  /// The head of the next request, empty when the peer is gone.
  static std::string ReadHead(int connection) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && read(connection, &byte, 1) == 1) head += byte;
    return head;
  }

 private:
  void Accept() {
    for (;;) {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      ++connections_;
      MutexLock lock(mutex_);
      open_.push_back(connection);
      threads_.emplace_back([this, connection] {
        handler_(connection, ReadHead(connection));
        shutdown(connection, SHUT_RDWR);
        MutexLock done(mutex_);
        std::erase(open_, connection);
        close(connection);
      });
    }
  }

  const Handler handler_;
  const int listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  Mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace furnace
