#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace furnace::bench {

/// A POST of JSON as it goes over the wire; `key` is left out when empty.
std::string PostRequest(const std::string& path, const std::string& key, const std::string& body);

/// One HTTP request to a local port again and again, over connections that stay open
/// and carry one request at a time. The calling thread drives them all.
class HttpLoad {
 public:
  HttpLoad(int port, std::string request, int connections);
  ~HttpLoad();

  /// Sends again as soon as it is answered; how many answers were 200 in `length`.
  std::int64_t Flood(absl::Duration length);

  /// Sends at fixed times, `rate` a second, whatever the answers take; how long each
  /// took from when it was due. One for which no connection is free waits.
  std::vector<absl::Duration> Pace(double rate, absl::Duration length);

  /// Answers that were not 200 so far.
  std::int64_t failures() const { return failures_; }

 private:
  class Connection;

  void OnAnswer(Connection& connection, bool ok);
  void SendDue();

  const std::string request_;
  boost::asio::io_context context_{1};
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<Connection*> idle_;
  std::deque<absl::Time> due_;  // Requests that wait for their time or a connection.
  bool paced_ = false;
  absl::Time end_;
  std::vector<absl::Duration> took_;
  std::int64_t answered_ = 0;
  std::int64_t failures_ = 0;
};

}  // namespace furnace::bench
