#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace furnace {

/// INVALID_ARGUMENT, with the reason, unless webhooks may be sent to the URL: http or https,
/// a host, port 80, 443 or above 1,023, no credentials, no fragment, at most 2,048 printable
/// ASCII characters without space. Where the host leads is judged when it is connected to.
absl::Status CheckWebhookUrl(std::string_view url);

}  // namespace furnace
