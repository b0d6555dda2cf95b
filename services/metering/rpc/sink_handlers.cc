#include "services/metering/rpc/sink_handlers.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

constexpr int kMaxPageSize = 1'000;
constexpr int kDefaultPageSize = 100;
constexpr int kMaxKeys = 1'000;
constexpr std::size_t kMaxText = 256;

// The gateway asks for the role, too; here it is not left to a single line elsewhere
// whether tenants may see what goes for all of them.
absl::Status CheckOperator(const CallContext& call) {
  if (call.role >= v1::ROLE_OPERATOR) return absl::OkStatus();
  return absl::PermissionDeniedError("for operators only");
}

absl::StatusOr<int> PageSizeOf(int page_size) {
  if (page_size == 0) return kDefaultPageSize;
  if (page_size < 0 || page_size > kMaxPageSize) {
    return Error(absl::StatusCode::kInvalidArgument, "page_size: must be 1 to {}, not {}",
                 kMaxPageSize, page_size);
  }
  return page_size;
}

bool IsText(std::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c > '~') return false;
  }
  return text.size() <= kMaxText;
}

// A page token is the last name of the page before, out of readers' minds.
absl::StatusOr<std::string> LastOf(const std::string& token) {
  std::string last;
  if (token.size() > 2 * kMaxText || !absl::WebSafeBase64Unescape(token, &last) || !IsText(last)) {
    return absl::InvalidArgumentError("page_token: not one of this list");
  }
  return last;
}

void SetTime(absl::Time time, google::protobuf::Timestamp* proto) {
  const std::int64_t micros = absl::ToUnixMicros(time);
  proto->set_seconds(micros / 1'000'000);
  proto->set_nanos(static_cast<int>(micros % 1'000'000) * 1'000);
}

void SetTime(std::optional<absl::Time> time, google::protobuf::Timestamp* (v1::Sink::*field)(),
             v1::Sink& sink) {
  if (time) SetTime(*time, (sink.*field)());
}

v1::Sink ToProto(const SinkReport& report, absl::Time now) {
  v1::Sink sink;
  sink.set_name(report.state.name);
  sink.set_cursor(report.state.cursor);
  sink.set_pending_records(report.pending_records);
  sink.set_held_records(report.held_records);
  sink.set_poisoned_events(report.poisoned_events);
  sink.set_delivered_events(report.state.delivered_events);
  sink.set_lag_seconds(LagSeconds(report, now));
  sink.set_failures(report.state.failures);
  sink.set_last_error(report.state.last_error);
  SetTime(report.state.delivered_at, &v1::Sink::mutable_delivered_at, sink);
  SetTime(report.state.retry_at, &v1::Sink::mutable_retry_at, sink);
  return sink;
}

v1::PoisonedEvent ToProto(const PoisonedEvent& event) {
  v1::PoisonedEvent proto;
  proto.set_key(event.key);
  proto.set_event_type(event.event_type);
  proto.set_project_id(event.project_id);
  proto.set_job_id(event.record.job_id);
  proto.set_epoch(event.record.epoch);
  proto.set_error(event.error);
  proto.set_attempts(event.attempts);
  SetTime(event.first_at, proto.mutable_first_at());
  SetTime(event.last_at, proto.mutable_last_at());
  proto.set_redrive(event.redrive);
  return proto;
}

v1::SinkProject ToProto(const SinkProject& project) {
  v1::SinkProject proto;
  proto.set_project_id(project.project_id);
  proto.set_account_id(project.account_id);
  return proto;
}

// Takes the item off that was asked for to learn whether there is another page; the token
// of that page, or empty.
template <typename Item>
std::string CutPage(std::vector<Item>& items, int page_size, std::string Item::*name) {
  if (items.size() <= static_cast<std::size_t>(page_size)) return "";
  items.pop_back();
  return absl::WebSafeBase64Escape(items.back().*name);
}

absl::Status CheckKeys(const v1::RedrivePoisonedEventsRequest& request) {
  if (request.all() == (request.keys_size() > 0)) {
    return absl::InvalidArgumentError("keys: either these or all");
  }
  if (request.keys_size() > kMaxKeys) {
    return Error(absl::StatusCode::kInvalidArgument, "keys: at most {}, not {}", kMaxKeys,
                 request.keys_size());
  }
  for (const std::string& key : request.keys()) {
    if (!IsText(key)) return absl::InvalidArgumentError("keys: not the key of an event");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ListSinksResponse> SinkHandlers::ListSinks(const CallContext& call,
                                                              const v1::ListSinksRequest&) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<SinkReport> reports, desk_.List());
  v1::ListSinksResponse response;
  for (const SinkReport& report : reports) {
    *response.add_sinks() = ToProto(report, clock_.Now());
  }
  return response;
}

absl::StatusOr<v1::ListPoisonedEventsResponse> SinkHandlers::ListPoisonedEvents(
    const CallContext& call, const v1::ListPoisonedEventsRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  FURNACE_ASSIGN_OR_RETURN(const std::string after, LastOf(request.page_token()));
  FURNACE_ASSIGN_OR_RETURN(std::vector<PoisonedEvent> events,
                           desk_.ListPoisoned(request.sink(), after, page_size + 1));
  v1::ListPoisonedEventsResponse response;
  response.set_next_page_token(CutPage(events, page_size, &PoisonedEvent::key));
  for (const PoisonedEvent& event : events) *response.add_events() = ToProto(event);
  return response;
}

absl::StatusOr<v1::RedrivePoisonedEventsResponse> SinkHandlers::RedrivePoisonedEvents(
    const CallContext& call, const v1::RedrivePoisonedEventsRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_RETURN_IF_ERROR(CheckKeys(request));
  FURNACE_ASSIGN_OR_RETURN(
      const std::int64_t redriven,
      desk_.Redrive(request.sink(), {request.keys().begin(), request.keys().end()}));
  v1::RedrivePoisonedEventsResponse response;
  response.set_redriven(redriven);
  return response;
}

absl::StatusOr<v1::SinkProject> SinkHandlers::SetSinkProject(
    const CallContext& call, const v1::SetSinkProjectRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  const SinkProject project = {request.sink(), request.project_id(), request.account_id()};
  FURNACE_RETURN_IF_ERROR(desk_.SetProject(project));
  return ToProto(project);
}

absl::StatusOr<v1::ListSinkProjectsResponse> SinkHandlers::ListSinkProjects(
    const CallContext& call, const v1::ListSinkProjectsRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  FURNACE_ASSIGN_OR_RETURN(const std::string after, LastOf(request.page_token()));
  if (!after.empty() && !IsUuid(after)) {
    return absl::InvalidArgumentError("page_token: not one of this list");
  }
  FURNACE_ASSIGN_OR_RETURN(std::vector<SinkProject> projects,
                           desk_.ListProjects(request.sink(), after, page_size + 1));
  v1::ListSinkProjectsResponse response;
  response.set_next_page_token(CutPage(projects, page_size, &SinkProject::project_id));
  for (const SinkProject& project : projects) *response.add_projects() = ToProto(project);
  return response;
}

}  // namespace furnace::metering::rpc
