#include "services/scheduler/rpc/webhook_convert.h"

#include <fmt/format.h>

#include "libs/common/base/status.h"
#include "libs/common/base/webhook_url.h"
#include "services/scheduler/domain/job_webhook.h"
#include "services/scheduler/rpc/convert.h"

namespace furnace::scheduler::rpc {

void SetDelivery(const Webhook& webhook, v1::Webhook& proto) {
  proto.set_status(static_cast<v1::WebhookStatus>(webhook.status));
  proto.set_id(webhook.id);
  proto.set_attempts(webhook.attempts);
  proto.set_last_error(webhook.last_error);
  if (webhook.ended_at) {
    SetTime(*webhook.ended_at, proto.mutable_ended_at());
  } else {
    SetTime(webhook.next_at, proto.mutable_next_attempt_at());
  }
}

v1::Webhook ToProto(const Webhook& webhook) {
  v1::Webhook proto;
  proto.set_url(webhook.url);
  SetDelivery(webhook, proto);
  proto.set_event(webhook.kind);
  proto.set_subject(webhook.subject);
  SetTime(webhook.created_at, proto.mutable_created_at());
  if (!webhook.ended_at) SetTime(webhook.give_up_at, proto.mutable_give_up_at());
  proto.set_body(webhook.body);
  return proto;
}

absl::StatusOr<std::string> FromProto(std::string_view field, const v1::JobWebhook& proto) {
  if (proto.url().empty()) {
    return Error(absl::StatusCode::kInvalidArgument, "{}.url: required", field);
  }
  FURNACE_RETURN_IF_ERROR(Annotate(CheckWebhookUrl(proto.url()), fmt::format("{}.url", field)));
  if (!v1::WebhookFormat_IsValid(proto.format())) {
    return Error(absl::StatusCode::kInvalidArgument, "{}.format: unknown", field);
  }
  JobWebhook webhook{.url = proto.url()};
  if (proto.format() != v1::WEBHOOK_FORMAT_UNSPECIFIED) {
    webhook.format = static_cast<WebhookFormat>(proto.format());
  }
  return EncodeJobWebhook(webhook);
}

void SetJobWebhook(std::string_view webhook, v1::JobWebhook* proto) {
  const JobWebhook parsed = ParseJobWebhook(webhook);
  proto->set_url(parsed.url);
  proto->set_format(static_cast<v1::WebhookFormat>(parsed.format));
}

}  // namespace furnace::scheduler::rpc
