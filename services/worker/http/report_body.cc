#include "services/worker/http/report_body.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <map>
#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/worker/app/token_usage.h"
#include "services/worker/domain/loose_json.h"

namespace furnace::worker {
namespace {

using Fields = std::map<std::string, std::string_view>;

Report Failed(const std::string& why) {
  Report report;
  report.outcome = Failure(Cause::kHandlerError, why);
  return report;
}

// The one place that decides what passes for JSON. The fields are slices of `body`, or of
// `strict` when that takes its place.
absl::StatusOr<Fields> ParseObject(std::string_view body, std::string& strict) {
  if (!json::Validate(body).ok()) {
    strict = StrictJson(body);
    body = strict;
    FURNACE_RETURN_IF_ERROR(json::Validate(body));
  }
  FURNACE_ASSIGN_OR_RETURN(const std::vector<json::Member> members, json::Members(body));
  Fields fields;
  for (const json::Member& member : members) fields[member.key] = member.value;
  return fields;
}

std::string_view FieldOr(const Fields& fields, const char* name, std::string_view otherwise) {
  const auto found = fields.find(name);
  return found == fields.end() ? otherwise : found->second;
}

// What a Python truth test calls no error.
bool IsError(std::string_view value) {
  return value != "null" && value != "false" && value != "\"\"";
}

std::string ErrorText(std::string_view value) {
  const absl::StatusOr<std::string> text = json::AsString(value);
  return text.ok() ? *text : std::string(value);
}

}  // namespace

Report ParseDone(std::string_view body) {
  std::string strict;
  const absl::StatusOr<Fields> fields = ParseObject(body, strict);
  if (!fields.ok()) {
    return Failed(
        fmt::format("handler returned invalid JSON: {}", ToStd(fields.status().message())));
  }
  const std::string_view output = FieldOr(*fields, "output", "null");
  Report report;
  if (FieldOr(*fields, "status", "") == "\"IN_PROGRESS\"") {
    report.progress = std::string(output);
    return report;
  }
  const std::string_view error = FieldOr(*fields, "error", "null");
  if (IsError(error)) {
    report = Failed(ErrorText(error));
  } else if (output.size() > kOutputBytesMax) {
    report = TooLarge(output.size());
  } else {
    report.outcome.emplace();
    report.outcome->output = std::string(output);
    report.outcome->tokens = TokensOf(output);
  }
  report.replace_handler = FieldOr(*fields, "stopPod", "") == "true";
  return report;
}

Report ParseStream(std::string_view body) {
  std::string strict;
  const absl::StatusOr<Fields> fields = ParseObject(body, strict);
  Report report;
  if (!fields.ok()) {
    spdlog::warn("a chunk is dropped: {}", fields.status().ToString());
    return report;
  }
  report.chunk = std::string(FieldOr(*fields, "output", "null"));
  report.chunk_tokens = TokensOf(*report.chunk);
  return report;
}

Report TooLarge(std::size_t bytes) {
  return Failed(
      fmt::format("the result has {} bytes, more than the {} allowed", bytes, kOutputBytesMax));
}

}  // namespace furnace::worker
