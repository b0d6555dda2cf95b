#include "tests/support/gateway_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace furnace::gateway::testing {
namespace {

constexpr int kPatienceSeconds = 30;

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace

HttpClient::HttpClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    Close();
  }
}

HttpClient::~HttpClient() { Close(); }

void HttpClient::Close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void HttpClient::HalfClose() { ::shutdown(socket_, SHUT_WR); }

bool HttpClient::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::Request(std::string_view method, std::string_view target, std::string_view headers,
                         std::string_view body) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n{}", method, target, headers);
  if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
  return Write(text + "\r\n" + std::string(body));
}

bool HttpClient::Fill() {
  std::array<char, 65536> buffer;
  const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::optional<std::string> HttpClient::Take(std::size_t bytes) {
  while (received_.size() < bytes) {
    if (!Fill()) return std::nullopt;
  }
  std::string taken = received_.substr(0, bytes);
  received_.erase(0, bytes);
  return taken;
}

std::optional<std::string> HttpClient::ReadLine() {
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos) {
    if (!Fill()) return std::nullopt;
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

HttpAnswer HttpClient::ReadHead() {
  HttpAnswer answer;
  std::optional<std::string> line = ReadLine();
  if (!line || line->size() < 12) return answer;
  answer.status = std::atoi(line->substr(9, 3).c_str());
  while ((line = ReadLine()) && line->size() > 1) {
    const auto colon = line->find(':');
    answer.headers[Lower(line->substr(0, colon))] =
        line->substr(colon + 2, line->size() - colon - 3);
  }
  return answer;
}

std::string HttpClient::ReadChunk() {
  const std::optional<std::string> size = ReadLine();
  if (!size) return "";
  const auto bytes = std::strtoul(size->c_str(), nullptr, 16);
  std::optional<std::string> chunk = Take(bytes + 2);
  if (!chunk) return "";
  chunk->resize(bytes);
  return *chunk;
}

HttpAnswer HttpClient::Read(bool to_head) {
  HttpAnswer answer = ReadHead();
  if (to_head || answer.status < 200 || answer.status == 204) {
    answer.complete = answer.status != 0;
  } else if (answer.headers.count("content-length") != 0) {
    const auto length = std::strtoul(answer.headers["content-length"].c_str(), nullptr, 10);
    const std::optional<std::string> body = Take(length);
    answer.complete = body.has_value();
    answer.body = body.value_or("");
  } else if (answer.headers.count("transfer-encoding") != 0) {
    for (;;) {
      const std::optional<std::string> size = ReadLine();
      if (!size) return answer;
      const auto bytes = std::strtoul(size->c_str(), nullptr, 16);
      const std::optional<std::string> chunk = Take(bytes + 2);
      if (!chunk) return answer;
      answer.body += chunk->substr(0, bytes);
      answer.complete = bytes == 0;
      if (answer.complete) return answer;
    }
  } else {
    answer.body = ReadRest();
    answer.complete = true;
  }
  return answer;
}

std::string HttpClient::ReadRest() {
  while (Fill()) {
  }
  return std::move(received_);
}

bool HttpClient::IsClosed() {
  char byte = 0;
  return received_.empty() && ::recv(socket_, &byte, 1, 0) <= 0;
}

HttpAnswer HttpClient::Ask(std::string_view method, std::string_view target,
                           std::string_view headers, std::string_view body) {
  Request(method, target, headers, body);
  return Read(method == "HEAD");
}

HttpAnswer Ask(int port, std::string_view key, std::string_view method, std::string_view target,
               std::string_view body, std::string_view headers) {
  HttpClient client(port);
  std::string lines(headers);
  if (!key.empty()) lines += fmt::format("Authorization: Bearer {}\r\n", key);
  return client.Ask(method, target, lines, body);
}

}  // namespace furnace::gateway::testing
