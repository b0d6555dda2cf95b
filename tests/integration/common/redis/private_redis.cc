#include "tests/integration/common/redis/private_redis.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "absl/time/clock.h"
#include "libs/common/base/check.h"

namespace furnace::redis {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  FURNACE_CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  FURNACE_CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

bool Accepts(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return connected;
}

}  // namespace

bool Eventually(const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

ServerAddress SharedRedis() {
  const char* url = std::getenv("FURNACE_TEST_REDIS_URL");
  FURNACE_CHECK(url != nullptr);
  return *ParseUrl(url);
}

PrivateRedis::PrivateRedis(std::vector<std::string> options)
    : options_(std::move(options)), port_(FreePort()) {
  // As every process of the suite does; see runtime::ShutdownSignals.
  std::signal(SIGPIPE, SIG_IGN);
  Start();
}

PrivateRedis::~PrivateRedis() {
  if (pid_ != 0) Kill();
}

ServerAddress PrivateRedis::address() const {
  ServerAddress address;
  address.port = port_;
  return address;
}

void PrivateRedis::Kill() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void PrivateRedis::Start() {
  std::vector<std::string> words = {"redis-server",
                                    "--port",
                                    std::to_string(port_),
                                    "--bind",
                                    "127.0.0.1",
                                    "--save",
                                    "",
                                    "--appendonly",
                                    "no",
                                    "--dir",
                                    "/tmp",
                                    "--logfile",
                                    "/dev/null",
                                    "--enable-debug-command",
                                    "yes"};
  words.insert(words.end(), options_.begin(), options_.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  FURNACE_CHECK(posix_spawnp(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) == 0);
  FURNACE_CHECK(Eventually([this] { return Accepts(port_); }));
}

}  // namespace furnace::redis
