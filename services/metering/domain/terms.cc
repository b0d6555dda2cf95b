#include "services/metering/domain/terms.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "libs/common/base/gpu_type.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/domain/month.h"
#include "services/metering/domain/price_change.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kMaxGpuTypeLength = 64;

absl::Status Invalid(std::string_view field, std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "{}: {}", field, what);
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool HasTiers(TermKind kind) { return kind == TermKind::kGraduated || kind == TermKind::kVolume; }

bool HasQuantity(TermKind kind) {
  return kind == TermKind::kPackage || kind == TermKind::kAllowance;
}

bool HasNanos(TermKind kind) { return kind == TermKind::kPackage || kind == TermKind::kMinimum; }

absl::Status CheckWhatItIsFor(const Term& term) {
  if (term.unit == PriceUnit::kWarmGpuSecond) {
    return Invalid("unit", "must be GPU_SECOND, which always-on time is part of");
  }
  const bool may_have_type = term.unit == PriceUnit::kGpuSecond && term.kind != TermKind::kMinimum;
  if (!term.gpu_type.empty() && !may_have_type) {
    return Invalid("gpu_type", "must be empty: only GPU time has one");
  }
  if (term.gpu_type.size() > kMaxGpuTypeLength || !IsPrintable(term.gpu_type) ||
      term.gpu_type != CanonicalGpuType(term.gpu_type)) {
    return Invalid("gpu_type", "not a canonical GPU type, such as \"rtx4090\"");
  }
  if (!term.project_id.empty() && !IsUuid(term.project_id)) {
    return Invalid("project_id", "not a UUID");
  }
  if (term.description.size() > kMaxTermDescription || !IsPrintable(term.description)) {
    return Invalid("description", "must be at most 256 printable ASCII characters");
  }
  return absl::OkStatus();
}

absl::Status CheckTiers(const Term& term) {
  if (term.tiers.empty() != !HasTiers(term.kind)) {
    return Invalid("tiers", "are for GRADUATED and VOLUME, and needed there");
  }
  if (term.tiers.size() > kMaxTiers) return Invalid("tiers", "more than 20");
  for (std::size_t i = 0; i < term.tiers.size(); ++i) {
    const Tier& tier = term.tiers[i];
    if (i == 0 && tier.from != 0) return Invalid("tiers[0].from", "must be 0");
    if (i > 0 && tier.from <= term.tiers[i - 1].from) return Invalid("tiers", "not by rising from");
    if (tier.from > kMaxTermQuantity) return Invalid("tiers", "from more than 1e12 units on");
    if (tier.nanos < 0 || tier.nanos > kMaxPriceNanos) {
      return Invalid("tiers", "a price must be 0 to 1000000000000 nano-dollars");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFigures(const Term& term) {
  FURNACE_RETURN_IF_ERROR(CheckTiers(term));
  const bool has_quantity = HasQuantity(term.kind);
  if (has_quantity ? term.quantity < 1 || term.quantity > kMaxTermQuantity : term.quantity != 0) {
    return Invalid("quantity", "must be 1 to 1e12 for ALLOWANCE and PACKAGE, else unset");
  }
  if (HasNanos(term.kind) ? term.nanos < 0 || term.nanos > kMaxTermNanos : term.nanos != 0) {
    return Invalid("nanos", "must be 0 to 1e15 for PACKAGE and MINIMUM, else unset");
  }
  return absl::OkStatus();
}

bool IsMonth(std::int64_t time_us) { return MonthAt(time_us).start_us == time_us; }

absl::Status CheckMonths(const Term& term, std::int64_t now_us) {
  if (!IsMonth(term.from_us)) return Invalid("effective_from", "not the first of a UTC month");
  if (term.from_us > now_us + kMaxAheadUs) {
    return Invalid("effective_from", "more than 400 days in the future");
  }
  if (term.from_us < MonthAt(now_us).start_us) {
    return Error(absl::StatusCode::kFailedPrecondition, "effective_from: before the present month");
  }
  if (!term.until_us) return absl::OkStatus();
  if (!IsMonth(*term.until_us)) return Invalid("effective_until", "not the first of a UTC month");
  if (*term.until_us <= term.from_us) return Invalid("effective_until", "not after effective_from");
  return absl::OkStatus();
}

// What a newer term takes the place of: kinds that exclude each other are one.
std::tuple<int, bool, PriceUnit, std::string_view> SlotOf(const Term& term) {
  if (term.kind == TermKind::kMinimum) return {2, false, PriceUnit::kGpuSecond, ""};
  return {term.kind == TermKind::kAllowance ? 0 : 1, term.gpu_type.empty(), term.unit,
          term.gpu_type};
}

}  // namespace

absl::Status CheckTerm(const Term& term, std::int64_t now_us) {
  FURNACE_RETURN_IF_ERROR(CheckWhatItIsFor(term));
  FURNACE_RETURN_IF_ERROR(CheckFigures(term));
  return CheckMonths(term, now_us);
}

std::vector<Term> TermsInForce(std::vector<Term> terms, const std::string& project_id,
                               std::int64_t month_us) {
  std::erase_if(terms, [&](const Term& term) {
    return term.from_us > month_us || (term.until_us && *term.until_us <= month_us) ||
           (!term.project_id.empty() && term.project_id != project_id);
  });
  // The one that counts comes first of its slot.
  const auto before = [](const Term& a, const Term& b) {
    return std::tuple(SlotOf(a), a.project_id.empty(), -a.id) <
           std::tuple(SlotOf(b), b.project_id.empty(), -b.id);
  };
  std::sort(terms.begin(), terms.end(), before);
  const auto same_slot = [](const Term& a, const Term& b) { return SlotOf(a) == SlotOf(b); };
  terms.erase(std::unique(terms.begin(), terms.end(), same_slot), terms.end());
  return terms;
}

}  // namespace furnace::metering
