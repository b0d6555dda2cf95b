#include "services/scheduler/domain/webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace furnace::scheduler {
namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr absl::Duration kFirstWait = absl::Seconds(1);
constexpr absl::Duration kLongestWait = absl::Hours(3);
constexpr int kGone = 410;

// Before the attempt that follows `attempts` others.
absl::Duration WaitAfter(int attempts, int draw) {
  absl::Duration wait = kFirstWait;
  for (int i = 1; i < attempts && wait < kLongestWait; ++i) wait *= 3;
  wait = std::min(wait, kLongestWait);
  return wait - wait * draw / 2000;
}

}  // namespace

WebhookOutcome AfterAttempt(int attempts, absl::Duration left, const WebhookAnswer& answer,
                            int draw) {
  const int status = answer.http_status;
  if (status >= 200 && status < 300) return {};
  std::string error = status != 0 ? fmt::format("answered with {}", status) : answer.error;
  if (status == kGone || left <= absl::ZeroDuration()) {
    return {.status = WebhookStatus::kFailed, .error = std::move(error), .wait = {}};
  }
  const absl::Duration asked = std::min(answer.retry_after, kLongestWait);
  return {.status = WebhookStatus::kPending,
          .error = std::move(error),
          .wait = std::min(left, std::max(asked, WaitAfter(attempts, draw)))};
}

bool IsWebhookId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes &&
         id.find_first_not_of("0123456789abcdef.-") == std::string_view::npos;
}

std::string SignWithAll(const std::vector<std::string>& suite_secrets, const Webhook& webhook,
                        absl::Time now) {
  return furnace::SignWithAll(suite_secrets, webhook.project_id, webhook.id, now, webhook.body);
}

}  // namespace furnace::scheduler
