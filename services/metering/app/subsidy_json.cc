#include "services/metering/app/subsidy_json.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/json/json.h"
#include "services/metering/app/sink_json.h"
#include "services/metering/domain/names.h"

namespace furnace::metering {
namespace {

using json::Quote;

template <typename Items, typename Render>
std::string ArrayJson(const Items& items, const Render& render) {
  std::string text = "[";
  for (const auto& item : items) text += (text.size() > 1 ? "," : "") + render(item);
  return text + "]";
}

std::string ValueJson(const AttributeValue& value) {
  return std::holds_alternative<std::string>(value) ? Quote(ToText(value)) : ToText(value);
}

std::string AttributesJson(const Attributes& attributes) {
  std::string text = "{";
  for (const auto& [name, value] : attributes) {
    text += (text.size() > 1 ? "," : "") + Quote(name) + ":" + ValueJson(value);
  }
  return text + "}";
}

std::string PolicyJson(const Policy& policy) {
  return ObjectJson(
      {{"name", Quote(policy.award.policy)}, {"version", std::to_string(policy.version)}});
}

std::string AwardJson(const Award& award) {
  std::string text =
      fmt::format(R"({{"policy":{},"percent_bp":{})", Quote(award.policy), award.percent_bp);
  const auto add = [&](std::string_view name, const std::string& value) {
    text += fmt::format(R"(,"{}":{})", name, value);
  };
  if (!award.description.empty()) add("description", Quote(award.description));
  if (!award.scope.gpu_types.empty()) add("gpu_types", ArrayJson(award.scope.gpu_types, Quote));
  if (!award.scope.kinds.empty()) {
    add("kinds", ArrayJson(award.scope.kinds, [](EntryKind kind) { return Quote(NameOf(kind)); }));
  }
  if (award.max_gpu_seconds) add("max_gpu_seconds", std::to_string(*award.max_gpu_seconds));
  if (award.max_nanos) add("max_nanos", std::to_string(*award.max_nanos));
  return text + "}";
}

absl::StatusOr<std::vector<std::string>> Texts(std::string_view value) {
  FURNACE_ASSIGN_OR_RETURN(const auto elements, json::Elements(value));
  std::vector<std::string> texts;
  for (const std::string_view element : elements) {
    FURNACE_ASSIGN_OR_RETURN(texts.emplace_back(), json::AsString(element));
  }
  return texts;
}

absl::Status ReadKinds(std::string_view value, std::vector<EntryKind>& kinds) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string> names, Texts(value));
  for (const std::string& name : names) {
    const absl::StatusOr<EntryKind> kind = ParseEntryKind(name);
    if (!kind.ok()) return absl::InvalidArgumentError("kinds: unknown");
    kinds.push_back(*kind);
  }
  return absl::OkStatus();
}

absl::Status ReadPercent(std::string_view value, int& percent_bp) {
  FURNACE_ASSIGN_OR_RETURN(const std::int64_t number, json::AsInt64(value));
  if (number < 1 || number > kAllBp) {
    return absl::InvalidArgumentError("percent_bp: must be 1 to 10000");
  }
  percent_bp = static_cast<int>(number);
  return absl::OkStatus();
}

absl::Status ReadMember(const json::Member& member, Award& award) {
  const auto& [key, value] = member;
  if (key == "policy") {
    FURNACE_ASSIGN_OR_RETURN(award.policy, json::AsString(value));
  } else if (key == "description") {
    FURNACE_ASSIGN_OR_RETURN(award.description, json::AsString(value));
  } else if (key == "percent_bp") {
    return ReadPercent(value, award.percent_bp);
  } else if (key == "gpu_types") {
    FURNACE_ASSIGN_OR_RETURN(award.scope.gpu_types, Texts(value));
  } else if (key == "kinds") {
    return ReadKinds(value, award.scope.kinds);
  } else if (key == "max_gpu_seconds") {
    FURNACE_ASSIGN_OR_RETURN(award.max_gpu_seconds, json::AsInt64(value));
  } else if (key == "max_nanos") {
    FURNACE_ASSIGN_OR_RETURN(award.max_nanos, json::AsInt64(value));
  } else {
    return absl::InvalidArgumentError("a member of an award that is not known");
  }
  return absl::OkStatus();
}

absl::StatusOr<Award> ParseAward(std::string_view text) {
  FURNACE_ASSIGN_OR_RETURN(const std::vector<json::Member> members, json::Members(text));
  Award award;
  std::set<std::string> seen;
  for (const json::Member& member : members) {
    if (!seen.insert(member.key).second) {
      return absl::InvalidArgumentError("a member of an award that is there twice");
    }
    FURNACE_RETURN_IF_ERROR(ReadMember(member, award));
  }
  if (!seen.contains("policy") || !seen.contains("percent_bp")) {
    return absl::InvalidArgumentError("an award without policy or percent_bp");
  }
  FURNACE_RETURN_IF_ERROR(Settle(award));
  return award;
}

}  // namespace

std::string InputJson(const std::string& project_id, Span period, const Attributes& attributes,
                      std::span<const Policy> policies) {
  return ObjectJson({{"project_id", Quote(project_id)},
                     {"period", ObjectJson({{"start_us", std::to_string(period.start_us)},
                                            {"end_us", std::to_string(period.end_us)}})},
                     {"attributes", AttributesJson(attributes)},
                     {"policies", ArrayJson(policies, PolicyJson)}});
}

std::string AwardsJson(std::span<const Award> awards) {
  return ObjectJson({{"awards", ArrayJson(awards, AwardJson)}});
}

absl::StatusOr<std::vector<Award>> ParseAwards(std::string_view text) {
  FURNACE_RETURN_IF_ERROR(json::Validate(text));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<json::Member> members, json::Members(text));
  if (members.size() != 1 || members.front().key != "awards") {
    return absl::InvalidArgumentError(R"(not {"awards":[...]})");
  }
  FURNACE_ASSIGN_OR_RETURN(const auto elements, json::Elements(members.front().value));
  if (elements.size() > kMaxPolicies) return absl::InvalidArgumentError("more than 100 awards");
  std::vector<Award> awards;
  for (const std::string_view element : elements) {
    FURNACE_ASSIGN_OR_RETURN(awards.emplace_back(), ParseAward(element));
  }
  return awards;
}

}  // namespace furnace::metering
