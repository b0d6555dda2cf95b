#include "services/scheduler/rpc/webhook_service.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "libs/common/base/status.h"
#include "services/scheduler/rpc/convert.h"
#include "services/scheduler/rpc/webhook_convert.h"

namespace furnace::scheduler::rpc {
namespace {

using furnace::rpc::CallContext;
using furnace::rpc::ProjectOf;
using furnace::rpc::RunUnary;

constexpr int kDefaultPage = 100;
constexpr int kMaxPage = 1000;
constexpr int kMaxRedriven = 1000;

absl::Status CheckId(const std::string& id) {
  if (IsWebhookId(id)) return absl::OkStatus();
  return absl::InvalidArgumentError("webhook_id: not 1-64 characters of [0-9a-f.-]");
}

absl::StatusOr<WebhookFilter> ToFilter(const CallContext& call,
                                       const v1::ListWebhooksRequest& request) {
  WebhookFilter filter;
  FURNACE_ASSIGN_OR_RETURN(filter.project_id, ProjectOf(call));
  if (!v1::WebhookStatus_IsValid(request.status())) {
    return absl::InvalidArgumentError("status: unknown");
  }
  if (request.status() != v1::WEBHOOK_STATUS_UNSPECIFIED) {
    filter.status = static_cast<WebhookStatus>(request.status());
  }
  filter.subject = request.subject();
  if (!filter.subject.empty()) FURNACE_RETURN_IF_ERROR(CheckUuid("subject", filter.subject));
  const std::string& token = request.page_token();
  if (!token.empty() && (!absl::SimpleAtoi(token, &filter.before) || filter.before < 1)) {
    return absl::InvalidArgumentError("page_token: not one of this list");
  }
  filter.limit = request.page_size() == 0 ? kDefaultPage : request.page_size();
  FURNACE_RETURN_IF_ERROR(CheckRange("page_size", filter.limit, 1, kMaxPage));
  return filter;
}

// One more than the page is asked for: it tells whether there are more.
absl::StatusOr<v1::ListWebhooksResponse> List(WebhookOutbox& outbox, const CallContext& call,
                                              const v1::ListWebhooksRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(WebhookFilter filter, ToFilter(call, request));
  ++filter.limit;
  FURNACE_ASSIGN_OR_RETURN(std::vector<Webhook> listed, outbox.List(filter));
  v1::ListWebhooksResponse response;
  if (static_cast<int>(listed.size()) == filter.limit) {
    listed.pop_back();
    response.set_next_page_token(std::to_string(listed.back().position));
  }
  for (const Webhook& webhook : listed) *response.add_webhooks() = ToProto(webhook);
  return response;
}

absl::StatusOr<v1::GetWebhookResponse> Get(WebhookOutbox& outbox, const CallContext& call,
                                           const v1::GetWebhookRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckId(request.webhook_id()));
  FURNACE_ASSIGN_OR_RETURN(const Webhook webhook, outbox.Get(request.webhook_id(), project_id));
  v1::GetWebhookResponse response;
  *response.mutable_webhook() = ToProto(webhook);
  return response;
}

absl::StatusOr<v1::RedriveWebhookResponse> Redrive(WebhookOutbox& outbox, const CallContext& call,
                                                   const v1::RedriveWebhookRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectOf(call));
  FURNACE_RETURN_IF_ERROR(CheckId(request.webhook_id()));
  FURNACE_ASSIGN_OR_RETURN(const Webhook webhook, outbox.Redrive(request.webhook_id(), project_id));
  v1::RedriveWebhookResponse response;
  *response.mutable_webhook() = ToProto(webhook);
  return response;
}

absl::StatusOr<v1::RedriveWebhooksResponse> RedriveAll(WebhookOutbox& outbox,
                                                       const CallContext& call) {
  FURNACE_ASSIGN_OR_RETURN(const std::string project_id, ProjectOf(call));
  FURNACE_ASSIGN_OR_RETURN(const int redriven, outbox.RedriveFailed(project_id, kMaxRedriven));
  v1::RedriveWebhooksResponse response;
  response.set_redriven(redriven);
  return response;
}

}  // namespace

grpc::Status WebhookService::ListWebhooks(grpc::ServerContext* context,
                                          const v1::ListWebhooksRequest* request,
                                          v1::ListWebhooksResponse* response) {
  return RunUnary(gate_, *context, *request, response, [this](const auto& call, const auto& asked) {
    return List(outbox_, call, asked);
  });
}

grpc::Status WebhookService::GetWebhook(grpc::ServerContext* context,
                                        const v1::GetWebhookRequest* request,
                                        v1::GetWebhookResponse* response) {
  return RunUnary(gate_, *context, *request, response, [this](const auto& call, const auto& asked) {
    return Get(outbox_, call, asked);
  });
}

grpc::Status WebhookService::RedriveWebhook(grpc::ServerContext* context,
                                            const v1::RedriveWebhookRequest* request,
                                            v1::RedriveWebhookResponse* response) {
  return RunUnary(gate_, *context, *request, response, [this](const auto& call, const auto& asked) {
    return Redrive(outbox_, call, asked);
  });
}

grpc::Status WebhookService::RedriveWebhooks(grpc::ServerContext* context,
                                             const v1::RedriveWebhooksRequest* request,
                                             v1::RedriveWebhooksResponse* response) {
  return RunUnary(gate_, *context, *request, response,
                  [this](const auto& call, const auto&) { return RedriveAll(outbox_, call); });
}

}  // namespace furnace::scheduler::rpc
