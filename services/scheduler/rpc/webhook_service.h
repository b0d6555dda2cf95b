#pragma once

#include "furnace/v1/webhook_service.grpc.pb.h"
#include "libs/common/rpc/unary.h"
#include "services/scheduler/app/webhook_ports.h"

namespace furnace::scheduler::rpc {

/// The gRPC face of webhooks.
class WebhookService final : public v1::WebhookService::Service {
 public:
  WebhookService(const furnace::rpc::Gate& gate, WebhookOutbox& outbox)
      : gate_(gate), outbox_(outbox) {}

  grpc::Status ListWebhooks(grpc::ServerContext* context, const v1::ListWebhooksRequest* request,
                            v1::ListWebhooksResponse* response) override;
  grpc::Status GetWebhook(grpc::ServerContext* context, const v1::GetWebhookRequest* request,
                          v1::GetWebhookResponse* response) override;
  grpc::Status RedriveWebhook(grpc::ServerContext* context,
                              const v1::RedriveWebhookRequest* request,
                              v1::RedriveWebhookResponse* response) override;
  grpc::Status RedriveWebhooks(grpc::ServerContext* context,
                               const v1::RedriveWebhooksRequest* request,
                               v1::RedriveWebhooksResponse* response) override;

 private:
  const furnace::rpc::Gate& gate_;
  WebhookOutbox& outbox_;
};

}  // namespace furnace::scheduler::rpc
