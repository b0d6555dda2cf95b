#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "furnace/v1/batch.pb.h"
#include "furnace/v1/webhook.pb.h"
#include "services/scheduler/domain/webhook.h"

namespace furnace::scheduler::rpc {

/// What has become of a webhook, into one that has its URL.
void SetDelivery(const Webhook& webhook, v1::Webhook& proto);

/// A webhook as WebhookService shows it; with its body where it has one.
v1::Webhook ToProto(const Webhook& webhook);

/// The webhook that is asked for in `field`, as EncodeJobWebhook has it. INVALID_ARGUMENT
/// names what is wrong.
absl::StatusOr<std::string> FromProto(std::string_view field, const v1::JobWebhook& proto);

/// `webhook`, as EncodeJobWebhook has it, into `proto`.
void SetJobWebhook(std::string_view webhook, v1::JobWebhook* proto);

}  // namespace furnace::scheduler::rpc
