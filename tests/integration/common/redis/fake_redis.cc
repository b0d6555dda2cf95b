#include "tests/integration/common/redis/fake_redis.h"

#include <arpa/inet.h>
#include <hiredis/read.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "libs/common/base/check.h"

namespace furnace::redis {
namespace {

int Listen() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  FURNACE_CHECK(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  FURNACE_CHECK(listen(fd, 8) == 0);
  return fd;
}

}  // namespace

FakeRedis::FakeRedis(Answer answer)
    : answer_(std::move(answer)), listener_(Listen()), thread_([this] { Serve(); }) {
  std::signal(SIGPIPE, SIG_IGN);
}

FakeRedis::~FakeRedis() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    if (connection_ >= 0) shutdown(connection_, SHUT_RDWR);
  }
  thread_.join();
  close(listener_);
}

ServerAddress FakeRedis::address() const {
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  FURNACE_CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size) == 0);
  ServerAddress address;
  address.port = ntohs(bound.sin_port);
  return address;
}

std::vector<std::string> FakeRedis::commands() {
  MutexLock lock(mutex_);
  return commands_;
}

void FakeRedis::Serve() {
  for (;;) {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    {
      MutexLock lock(mutex_);
      if (stopping_) shutdown(fd, SHUT_RDWR);
      connection_ = fd;
    }
    ServeConnection(fd);
    MutexLock lock(mutex_);
    connection_ = -1;
    close(fd);
  }
}

void FakeRedis::ServeConnection(int fd) {
  const std::unique_ptr<redisReader, void (*)(redisReader*)> reader(redisReaderCreate(),
                                                                    &redisReaderFree);
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got <= 0) return;
    redisReaderFeed(reader.get(), buffer.data(), static_cast<std::size_t>(got));
    for (;;) {
      void* raw = nullptr;
      if (redisReaderGetReply(reader.get(), &raw) != REDIS_OK) return;
      if (raw == nullptr) break;
      const Reply command(static_cast<redisReply*>(raw));
      Words words;
      for (std::size_t i = 0; i < command->elements; ++i) words.push_back(command->element[i]->str);
      {
        MutexLock lock(mutex_);
        commands_.push_back(words.at(0));
      }
      const std::string answer = answer_(words);
      if (write(fd, answer.data(), answer.size()) < 0) return;
    }
  }
}

}  // namespace furnace::redis
