#include "libs/common/http/client.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstdlib>
#include <string>

#include "tests/support/loopback_server.h"

namespace furnace::http {
namespace {

constexpr char kEmpty[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

std::uint32_t V4Of(const sockaddr& address) {
  return address.sa_family == AF_INET
             ? ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr)
             : 0;
}

// Stands for IsPublicAddress where a test needs an address that is: 127.0.0.2 only.
bool IsSecondLoopback(const sockaddr& address) { return V4Of(address) == 0x7f000002; }

// "name:port:addresses" for Request::resolve.
std::string Resolve(const LoopbackServer& server, const std::string& addresses) {
  return "name.test:" + std::to_string(server.port()) + ":" + addresses;
}

TEST(ClientTest, ConnectsToNoPrivateAddressWhateverNameStandsForIt) {
  const LoopbackServer server(kEmpty);
  for (const char* host : {"127.0.0.1",
                           "127.1",
                           "0x7f.1",
                           "0x7f000001",
                           "2130706433",
                           "017700000001",
                           "0177.0.0.1",
                           "127.0.0.1.",
                           "127.0.0.2",
                           "0",
                           "0.0.0.0",
                           "localhost",
                           "[::1]",
                           "[::]",
                           "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]",
                           "[::127.0.0.1]",
                           "[64:ff9b::127.0.0.1]",
                           "[2002:7f00:1::]",
                           "[fe80::1]",
                           "[fd00::1]",
                           "10.0.0.1",
                           "100.64.0.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "192.168.0.1",
                           "[fd00:ec2::254]",
                           "255.255.255.255"}) {
    Client client;
    const auto refused = client.Send(
        {.url = server.Url(host), .timeout = absl::Seconds(5), .may_connect = &IsPublicAddress});
    EXPECT_FALSE(refused.ok()) << host;
    // What is no address of this machine's families may be given up sooner.
    EXPECT_TRUE(absl::IsPermissionDenied(refused.status()) || absl::IsUnavailable(refused.status()))
        << host << refused.status();
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(ClientTest, ANameThatStandsForAPrivateAddressIsRefused) {
  const LoopbackServer server(kEmpty);
  for (const char* addresses : {"127.0.0.1", "10.0.0.1,127.0.0.1", "[::1],127.0.0.1"}) {
    Client client;
    const auto refused = client.Send({.url = server.Url("name.test"),
                                      .may_connect = &IsPublicAddress,
                                      .resolve = {Resolve(server, addresses)}});
    EXPECT_TRUE(absl::IsPermissionDenied(refused.status())) << addresses << refused.status();
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(ClientTest, OfSeveralAddressesThePrivateOnesAreNotConnectedTo) {
  const LoopbackServer allowed(kEmpty, "127.0.0.2");
  const LoopbackServer inside("HTTP/1.1 500 Inside\r\n\r\n", "127.0.0.1", allowed.port());
  for (const char* addresses : {"127.0.0.1,127.0.0.2", "127.0.0.2,127.0.0.1"}) {
    Client client;
    const auto answer = client.Send({.url = allowed.Url("name.test"),
                                     .may_connect = &IsSecondLoopback,
                                     .resolve = {Resolve(allowed, addresses)}});
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->status, 204) << addresses;
  }
  EXPECT_EQ(inside.connections(), 0);
}

// The address that was checked is the one that is connected to: a name that comes to stand for
// another is checked again, or its old connection goes on.
TEST(ClientTest, ANameThatMovesToAPrivateAddressDoesNotLeadThere) {
  const LoopbackServer allowed(kEmpty, "127.0.0.2");
  const LoopbackServer inside("HTTP/1.1 500 Inside\r\n\r\n", "127.0.0.1", allowed.port());
  Client client;
  const auto first = client.Send({.url = allowed.Url("name.test"),
                                  .may_connect = &IsSecondLoopback,
                                  .resolve = {Resolve(allowed, "127.0.0.2")}});
  ASSERT_TRUE(first.ok()) << first.status();
  const auto moved = client.Send({.url = allowed.Url("name.test"),
                                  .may_connect = &IsSecondLoopback,
                                  .resolve = {Resolve(allowed, "127.0.0.1")}});
  EXPECT_TRUE(absl::IsPermissionDenied(moved.status())) << moved.status();
  EXPECT_EQ(inside.connections(), 0);
}

TEST(ClientTest, UnderARuleNoProxyIsUsed) {
  const LoopbackServer proxy("HTTP/1.1 500 Proxy\r\n\r\n");
  const LoopbackServer server(kEmpty, "127.0.0.2");
  const std::string url = "http://127.0.0.1:" + std::to_string(proxy.port());
  for (const char* name : {"http_proxy", "HTTPS_PROXY", "ALL_PROXY"}) {
    setenv(name, url.c_str(), 1);
  }
  Client client;
  const auto answer =
      client.Send({.url = server.Url("127.0.0.2"), .may_connect = &IsSecondLoopback});
  for (const char* name : {"http_proxy", "HTTPS_PROXY", "ALL_PROXY"}) unsetenv(name);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(ClientTest, ConnectsToAPrivateAddressUnlessToldNotTo) {
  const LoopbackServer server(kEmpty);
  Client client;
  EXPECT_EQ(client.Send({.url = server.Url("127.0.0.1")})->status, 204);
}

TEST(ClientTest, SpeaksNothingButHttp) {
  const LoopbackServer server(kEmpty);
  for (const std::string scheme : {"ftp", "gopher", "file", "dict", "telnet", "ldap"}) {
    Client client;
    EXPECT_FALSE(
        client.Send({.url = scheme + "://127.0.0.1:" + std::to_string(server.port()) + "/"}).ok())
        << scheme;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(ClientTest, FollowsNoRedirect) {
  const LoopbackServer target(kEmpty);
  for (const char* code : {"301", "302", "303", "307", "308"}) {
    const LoopbackServer server("HTTP/1.1 " + std::string(code) + " Moved\r\nLocation: " +
                                target.Url("127.0.0.1") + "\r\nContent-Length: 0\r\n\r\n");
    Client client;
    EXPECT_EQ(client.Send({.url = server.Url("127.0.0.1")})->status, std::stoi(code));
  }
  EXPECT_EQ(target.connections(), 0);
}

TEST(ClientTest, TellsWhenToComeBack) {
  const LoopbackServer server("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n");
  const LoopbackServer past(
      "HTTP/1.1 503 Busy\r\nRetry-After: Mon, 01 Jan 2001 00:00:00 GMT\r\nContent-Length: "
      "0\r\n\r\n");
  Client client;
  EXPECT_EQ(client.Send({.url = server.Url("127.0.0.1")})->retry_after, absl::Seconds(120));
  EXPECT_EQ(client.Send({.url = past.Url("127.0.0.1")})->retry_after, absl::ZeroDuration());
}

TEST(ClientTest, AnAnswerThatIsTooLongIsAnErrorOrCut) {
  const LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" +
                              std::string(100'000, 'x'));
  {
    Client client;
    const auto refused = client.Send({.url = server.Url("127.0.0.1"), .max_response_bytes = 10});
    EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  }
  Client client;
  const auto cut =
      client.Send({.url = server.Url("127.0.0.1"), .max_response_bytes = 10, .cut_response = true});
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_EQ(cut->status, 200);
  EXPECT_EQ(cut->body, "xxxxxxxxxx");
}

TEST(ClientTest, HeadersWithoutEndAreGivenUp) {
  const LoopbackServer interim([](int connection, const std::string&) {
    while (LoopbackServer::Say(connection, "HTTP/1.1 102 Processing\r\n\r\n")) {
    }
  });
  const LoopbackServer endless([](int connection, const std::string&) {
    LoopbackServer::Say(connection, "HTTP/1.1 200 OK\r\n");
    while (LoopbackServer::Say(connection, "X-A: " + std::string(1000, 'a') + "\r\n")) {
    }
  });
  for (const LoopbackServer* server : {&interim, &endless}) {
    Client client;
    const auto refused =
        client.Send({.url = server->Url("127.0.0.1"), .timeout = absl::Minutes(5)});
    EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  }
}

// A byte now and then keeps no attempt alive.
TEST(ClientTest, ADeadlineIsOfTheWholeAnswer) {
  const LoopbackServer silent([](int connection, const std::string&) {
    LoopbackServer::ReadHead(connection);  // Until the client is gone.
  });
  const LoopbackServer dribbling([](int connection, const std::string&) {
    LoopbackServer::Say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (LoopbackServer::Say(connection, "x")) usleep(1000);
  });
  for (const LoopbackServer* server : {&silent, &dribbling}) {
    Client client;
    const auto late =
        client.Send({.url = server->Url("127.0.0.1"), .timeout = absl::Milliseconds(100)});
    EXPECT_TRUE(absl::IsDeadlineExceeded(late.status())) << late.status();
  }
}

}  // namespace
}  // namespace furnace::http
