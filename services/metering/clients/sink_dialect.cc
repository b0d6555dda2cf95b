#include "services/metering/clients/sink_dialect.h"

#include <fmt/format.h>

#include <algorithm>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/metering/app/sink_json.h"

namespace furnace::metering {
namespace {

using json::Quote;

constexpr char kJson[] = "application/json";

std::string WaybillJson(const SinkEvent& event) {
  return ObjectJson({{"event_type", Quote(NameOf(event.kind))},
                     {"project_id", Quote(event.account_id)},
                     {"resource_type", R"("gpu_lease")"},
                     {"resource_id", Quote(event.lease_id)},
                     // What costs are broken down by: an endpoint has many leases.
                     {"resource_name", Quote(event.endpoint_id)},
                     {"metrics", NumbersJson(event.metrics)},
                     {"metadata", TextsJson(event.metadata)},
                     {"idempotency_key", Quote(event.key)},
                     {"timestamp", Quote(Rfc3339(event.time_us))}});
}

// A billable metric's code: "gpu_usage".
std::string LagoCode(SinkEventKind kind) {
  std::string code(NameOf(kind));
  std::replace(code.begin(), code.end(), '.', '_');
  return code;
}

// Seconds with milliseconds, cut off: so that the event stays inside its hour.
std::string LagoTime(std::int64_t time_us) {
  return fmt::format("{}.{:03}", time_us / 1'000'000, time_us / 1'000 % 1'000);
}

std::string LagoJson(const SinkEvent& event) {
  return ObjectJson({{"transaction_id", Quote(event.key)},
                     {"external_subscription_id", Quote(event.account_id)},
                     {"code", Quote(LagoCode(event.kind))},
                     {"timestamp", LagoTime(event.time_us)},
                     {"properties", FieldsJson(event)}});
}

std::string CloudEventJson(const SinkEvent& event, std::string_view source) {
  return ObjectJson({{"specversion", R"("1.0")"},
                     {"id", Quote(event.key)},
                     {"source", Quote(source)},
                     {"type", Quote(fmt::format("furnace.{}", NameOf(event.kind)))},
                     {"subject", Quote(event.account_id)},
                     {"time", Quote(Rfc3339(event.time_us))},
                     {"datacontenttype", R"("application/json")"},
                     {"data", FieldsJson(event)}});
}

template <typename Render>
std::string ArrayJson(std::span<const SinkEvent> events, const Render& render) {
  std::string text = "[";
  for (const SinkEvent& event : events) {
    if (text.size() > 1) text += ',';
    text += render(event);
  }
  return text + "]";
}

// Whether the only fault of an event is that its transaction_id is there already.
bool IsRepeat(std::string_view faults) {
  const auto members = json::Members(faults);
  if (!members.ok() || members->size() != 1 || members->front().key != "transaction_id") {
    return false;
  }
  const auto reasons = json::Elements(members->front().value);
  if (!reasons.ok() || reasons->size() != 1) return false;
  const auto reason = json::AsString(reasons->front());
  return reason.ok() && *reason == "value_already_exist";
}

}  // namespace

SinkPost WaybillPost(std::span<const SinkEvent> events) {
  if (events.size() == 1) return {"/internal/events", kJson, WaybillJson(events.front())};
  return {"/internal/events/batch", kJson,
          ObjectJson({{"events", ArrayJson(events, WaybillJson)}})};
}

SinkPost LagoPost(std::span<const SinkEvent> events) {
  return {"/api/v1/events/batch", kJson, ObjectJson({{"events", ArrayJson(events, LagoJson)}})};
}

SinkPost CloudEventsPost(std::span<const SinkEvent> events, std::string_view source) {
  return {"", "application/cloudevents-batch+json",
          ArrayJson(events, [&](const SinkEvent& event) { return CloudEventJson(event, source); })};
}

SinkReply ReplyOf(int status, int accepted) {
  if (accepted == 0 ? status >= 200 && status < 300 : status == accepted) {
    return {SinkAnswer::kAccepted};
  }
  std::string error = fmt::format("answered {}", status);
  switch (status) {
    case 400:
    case 413:
    case 422: return {SinkAnswer::kRefused, std::move(error)};
    case 500: return {SinkAnswer::kFailed, std::move(error)};
    default: return {SinkAnswer::kUnavailable, std::move(error)};
  }
}

SinkReply LagoReply(int status, std::string_view body, std::size_t count) {
  SinkReply reply = ReplyOf(status, 0);
  if (status != 422 || !json::Validate(body).ok()) return reply;
  const auto details = json::At(body, "/error_details");
  if (!details.ok()) return reply;
  const auto faults = json::Members(*details);
  // By index of the event in the batch; what is not named was not stored either.
  const bool all_repeats =
      faults.ok() && faults->size() == count &&
      std::all_of(faults->begin(), faults->end(),
                  [](const json::Member& event) { return IsRepeat(event.value); });
  if (all_repeats || (count == 1 && IsRepeat(*details))) return {SinkAnswer::kAccepted};
  return reply;
}

}  // namespace furnace::metering
