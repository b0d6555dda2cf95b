#include "libs/common/http/client.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace furnace::http {
namespace {

// A server on loopback that answers one connection with `answer`.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      char request[4096];
      const auto got = read(connection, request, sizeof request);
      if (got > 0) send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      close(connection);
    });
  }

  ~OneAnswer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string Url(const std::string& host) const {
    return "http://" + host + ":" + std::to_string(port_) + "/";
  }

 private:
  const int listener_;
  int port_ = 0;
  std::thread thread_;
};

constexpr char kEmpty[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

TEST(ClientTest, ConnectsToNoPrivateAddressWhateverNameStandsForIt) {
  for (const char* host : {"127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    const OneAnswer server(kEmpty);
    Client client;
    const auto refused = client.Send({.url = server.Url(host), .public_only = true});
    EXPECT_TRUE(absl::IsPermissionDenied(refused.status())) << host << refused.status();
  }
}

TEST(ClientTest, ConnectsToAPrivateAddressUnlessToldNotTo) {
  const OneAnswer server(kEmpty);
  Client client;
  EXPECT_EQ(client.Send({.url = server.Url("127.0.0.1")})->status, 204);
}

TEST(ClientTest, FollowsNoRedirect) {
  const OneAnswer server(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  Client client;
  EXPECT_EQ(client.Send({.url = server.Url("127.0.0.1")})->status, 302);
}

TEST(ClientTest, AnAnswerThatIsTooLongIsAnErrorOrCut) {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x');
  {
    const OneAnswer server(answer);
    Client client;
    const auto refused = client.Send({.url = server.Url("127.0.0.1"), .max_response_bytes = 10});
    EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  }
  const OneAnswer server(answer);
  Client client;
  const auto cut =
      client.Send({.url = server.Url("127.0.0.1"), .max_response_bytes = 10, .cut_response = true});
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_EQ(cut->status, 200);
  EXPECT_EQ(cut->body, "xxxxxxxxxx");
}

}  // namespace
}  // namespace furnace::http
