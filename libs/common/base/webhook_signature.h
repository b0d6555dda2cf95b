// How the suite signs what it posts to clients' addresses (Standard Webhooks).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace furnace {

/// The secret that a project's webhooks are signed with, as Standard Webhooks writes it:
/// "whsec_" and base64.
std::string WebhookSecret(std::string_view suite_secret, std::string_view project_id);

/// The signature of a webhook under such a secret ("v1,...").
std::string SignWebhook(std::string_view secret, std::string_view id, absl::Time now,
                        std::string_view body);

/// The suite's secrets in a list that commas separate, without empty ones: the first is the
/// present one, and the others are on their way out.
std::vector<std::string> SplitSecrets(std::string_view list);

/// The signatures of a project's webhook under each of the suite's secrets, separated by
/// spaces.
std::string SignWithAll(const std::vector<std::string>& suite_secrets, std::string_view project_id,
                        std::string_view id, absl::Time now, std::string_view body);

}  // namespace furnace
