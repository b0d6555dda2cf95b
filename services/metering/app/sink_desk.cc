#include "services/metering/app/sink_desk.h"

#include <algorithm>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxAccountId = 128;
constexpr char kZeroUuid[] = "00000000-0000-0000-0000-000000000000";

absl::Status CheckProject(const SinkProject& project) {
  if (!IsUuid(project.project_id)) return absl::InvalidArgumentError("project_id: not a UUID");
  const std::string& account = project.account_id;
  if (account.empty() || account.size() > kMaxAccountId ||
      !std::all_of(account.begin(), account.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    return absl::InvalidArgumentError("account_id: must be 1 to 128 printable ASCII characters");
  }
  if (project.sink == kWaybillSink && (!IsUuid(account) || account == kZeroUuid)) {
    return absl::InvalidArgumentError("account_id: must be the UUID of an Enclii project");
  }
  return absl::OkStatus();
}

}  // namespace

std::int64_t LagSeconds(const SinkReport& report, absl::Time now) {
  if (!report.oldest_hour_end) return 0;
  return std::max<std::int64_t>(0, absl::ToInt64Seconds(now - *report.oldest_hour_end));
}

absl::StatusOr<std::vector<PoisonedEvent>> SinkDesk::ListPoisoned(const std::string& sink,
                                                                  const std::string& after_key,
                                                                  int limit) {
  FURNACE_RETURN_IF_ERROR(Find(sink));
  return store_.ListPoisoned(sink, after_key, limit);
}

absl::StatusOr<std::int64_t> SinkDesk::Redrive(const std::string& sink,
                                               const std::vector<std::string>& keys) {
  FURNACE_RETURN_IF_ERROR(Find(sink));
  return store_.Redrive(sink, keys);
}

absl::StatusOr<std::vector<SinkProject>> SinkDesk::ListProjects(const std::string& sink,
                                                                const std::string& after_id,
                                                                int limit) {
  FURNACE_RETURN_IF_ERROR(Find(sink));
  return store_.ListProjects(sink, after_id, limit);
}

absl::Status SinkDesk::SetProject(const SinkProject& project) {
  FURNACE_RETURN_IF_ERROR(CheckProject(project));
  FURNACE_RETURN_IF_ERROR(Find(project.sink));
  return store_.SetProject(project);
}

absl::Status SinkDesk::Find(const std::string& sink) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> names, store_.Names());
  if (std::find(names.begin(), names.end(), sink) != names.end()) return absl::OkStatus();
  return absl::NotFoundError("no such sink");
}

}  // namespace furnace::metering
