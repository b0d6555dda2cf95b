#pragma once

#include <string>
#include <string_view>

#include "services/scheduler/domain/job.h"

namespace furnace::scheduler {

/// What a job's webhook holds. Numbers as furnace.v1.WebhookFormat; they are stored.
enum class WebhookFormat { kFurnace = 1, kRunPod = 2 };

/// Where a job is posted when it is final.
struct JobWebhook {
  std::string url;
  WebhookFormat format = WebhookFormat::kFurnace;

  friend bool operator==(const JobWebhook&, const JobWebhook&) = default;
};

/// As it is stored with jobs: "<format> <URL>".
std::string EncodeJobWebhook(const JobWebhook& webhook);

/// What EncodeJobWebhook has made; without URL when it is something else.
JobWebhook ParseJobWebhook(std::string_view text);

/// Names the end that a job has come to: two ends of it never share one. The id of its
/// webhook.
std::string EndId(const Job& job);

}  // namespace furnace::scheduler
