#include "cli/session.h"

#include <algorithm>
#include <cstdlib>

#include "cli/exit_code.h"
#include "cli/print/terminal.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

// Marks a status as the user's mistake rather than the server's refusal.
constexpr char kUsagePayload[] = "furnace.cli/usage";

constexpr char kDevFolder[] = ".furnace/dev";

}  // namespace

absl::Status UsageError(std::string_view message) {
  absl::Status status = absl::InvalidArgumentError(ToAbsl(message));
  status.SetPayload(kUsagePayload, {});
  return status;
}

int ExitCodeOf(const absl::Status& status) {
  return status.GetPayload(kUsagePayload).has_value() ? kExitUsage : kExitError;
}

absl::StatusOr<RestClient> Session::Connect() const {
  auto gateway = ResolveGateway(
      settings, [](const char* name) { return std::getenv(name); }, kDevFolder);
  if (!gateway.ok()) return UsageError(ToStd(gateway.status().message()));
  return RestClient(*std::move(gateway));
}

absl::StatusOr<int> Session::Show(std::string_view json, std::string_view text) const {
  const bool written = settings.json ? WriteOut(json) && WriteOut("\n") : WriteOut(text);
  if (!written) return absl::DataLossError("cannot write to standard output");
  return kExitOk;
}

absl::StatusOr<int> Session::Show(const Answer& answer, std::string_view text) const {
  return Show(answer.json(), text);
}

absl::StatusOr<std::vector<Answer>> FetchAll(RestClient& client, const Target& target,
                                             std::string_view field, std::size_t limit,
                                             std::size_t page_size) {
  std::vector<Answer> items;
  std::string page_token;
  do {
    Target page = target;
    page.Query("page_size", std::to_string(std::min(limit - items.size(), page_size)));
    page.Query("page_token", page_token);
    FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(page));
    std::vector<Answer> more = answer.Items(field);
    page_token = more.empty() ? "" : answer.Text("next_page_token");
    items.insert(items.end(), more.begin(), more.end());
  } while (!page_token.empty() && items.size() < limit);
  return items;
}

std::string JoinItems(std::string_view field, const std::vector<Answer>& items) {
  std::string joined = fmt::format("{{{}:[", json::Quote(field));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) joined += ",";
    joined += items[i].json();
  }
  return joined + "]}";
}

}  // namespace furnace::cli
