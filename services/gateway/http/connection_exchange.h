#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "services/gateway/http/connection.h"
#include "services/gateway/http/exchange.h"

namespace furnace::gateway::http {

/// A request of a connection, and the way back for its answer. Once answered, or
/// once the connection is closed, nothing that is asked of it has any effect.
class ConnectionExchange final : public Exchange {
 public:
  explicit ConnectionExchange(std::shared_ptr<Connection> connection);

  std::string_view Method() const override;
  std::string_view Target() const override;
  std::string_view Header(std::string_view name) const override;
  const std::string& RequestId() const override { return request_id_; }
  void CountAs(const RouteMetrics& metrics) override { metrics_ = &metrics; }
  void ChargeTo(std::string project_id) override { project_id_ = std::move(project_id); }
  bool IsUpgrade() const override;
  bool HasBody() const override;
  void ReadBody(std::size_t limit, absl::AnyInvocable<void(std::string)> on_body) override;
  void WatchClient(absl::AnyInvocable<void()> on_gone) override;
  using Exchange::Send;
  void Send(Response response, absl::AnyInvocable<void()> on_written) override;
  void StartStream(std::string_view content_type) override;
  void Write(std::string data, absl::AnyInvocable<void()> on_written) override;
  void EndStream(bool complete) override;
  void Upgrade(absl::AnyInvocable<void(std::shared_ptr<WebSocket>)> on_open,
               absl::AnyInvocable<void()> on_gone) override;
  void Post(absl::AnyInvocable<void()> work) override;

  // For the connection.

  /// The body is there.
  void DeliverBody(std::string body);
  /// The answer is complete.
  void Count() const;
  /// The client left, or is made to leave, before that.
  void Drop();
  /// Asks who answers to hurry up; false when nobody listens.
  bool Hurry();

 private:
  bool IsActive() const { return connection_->current_.get() == this; }
  bool IsHead() const { return Method() == "HEAD"; }

  const std::shared_ptr<Connection> connection_;
  const std::string request_id_;
  const absl::Time started_;
  const RouteMetrics* metrics_;
  std::string project_id_;
  absl::AnyInvocable<void(std::string)> on_body_;
  absl::AnyInvocable<void()> on_gone_;
  bool answered_ = false;
  bool chunked_ = false;
  int http_status_ = 0;
};

}  // namespace furnace::gateway::http
