#include "services/metering/rpc/price_convert.h"

#include "libs/common/base/status.h"
#include "services/metering/rpc/convert.h"

namespace furnace::metering::rpc {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

absl::StatusOr<PriceUnit> FromProto(v1::PriceUnit unit) {
  switch (unit) {
    case v1::PRICE_UNIT_GPU_SECOND: return PriceUnit::kGpuSecond;
    case v1::PRICE_UNIT_INVOCATION: return PriceUnit::kInvocation;
    case v1::PRICE_UNIT_WARM_GPU_SECOND: return PriceUnit::kWarmGpuSecond;
    case v1::PRICE_UNIT_GB_MONTH: return PriceUnit::kGbMonth;
    default:
      return Error(absl::StatusCode::kInvalidArgument, "unit: {} is not one",
                   static_cast<int>(unit));
  }
}

absl::StatusOr<TermKind> FromProto(v1::PriceTermKind kind) {
  switch (kind) {
    case v1::PRICE_TERM_KIND_GRADUATED: return TermKind::kGraduated;
    case v1::PRICE_TERM_KIND_VOLUME: return TermKind::kVolume;
    case v1::PRICE_TERM_KIND_PACKAGE: return TermKind::kPackage;
    case v1::PRICE_TERM_KIND_ALLOWANCE: return TermKind::kAllowance;
    case v1::PRICE_TERM_KIND_MINIMUM: return TermKind::kMinimum;
    default:
      return Error(absl::StatusCode::kInvalidArgument, "kind: {} is not one",
                   static_cast<int>(kind));
  }
}

v1::PriceTermKind ToProto(TermKind kind) {
  switch (kind) {
    case TermKind::kGraduated: return v1::PRICE_TERM_KIND_GRADUATED;
    case TermKind::kVolume: return v1::PRICE_TERM_KIND_VOLUME;
    case TermKind::kPackage: return v1::PRICE_TERM_KIND_PACKAGE;
    case TermKind::kAllowance: return v1::PRICE_TERM_KIND_ALLOWANCE;
    case TermKind::kMinimum: return v1::PRICE_TERM_KIND_MINIMUM;
  }
  return v1::PRICE_TERM_KIND_UNSPECIFIED;
}

// Only times since 1970 come back from the stores.
void SetTime(std::int64_t time_us, google::protobuf::Timestamp* time) {
  time->set_seconds(time_us / kMicros);
  time->set_nanos(static_cast<int>(time_us % kMicros) * 1'000);
}

}  // namespace

absl::StatusOr<Price> FromProto(const v1::NewPrice& proto) {
  Price price{.gpu_type = proto.gpu_type(),
              .nanos = proto.nanos(),
              .region = proto.region(),
              .tier = proto.tier(),
              .project_id = proto.project_id(),
              .ended = proto.ended()};
  FURNACE_ASSIGN_OR_RETURN(price.unit, FromProto(proto.unit()));
  if (!proto.has_nanos() && !proto.ended()) {
    return absl::InvalidArgumentError("nanos: must be given");
  }
  FURNACE_ASSIGN_OR_RETURN(const auto from_us, ToMicros(proto.has_effective_from(),
                                                        proto.effective_from(), "effective_from"));
  price.effective_from_us = from_us.value_or(0);
  if (from_us == 0) price.effective_from_us = -kHourUs;  // 1970 is no "next hour".
  return price;
}

absl::StatusOr<Term> FromProto(const v1::PriceTerm& proto) {
  Term term{.gpu_type = proto.gpu_type(),
            .project_id = proto.project_id(),
            .quantity = proto.quantity(),
            .nanos = proto.nanos(),
            .description = proto.description()};
  FURNACE_ASSIGN_OR_RETURN(term.kind, FromProto(proto.kind()));
  if (term.kind != TermKind::kMinimum) {
    FURNACE_ASSIGN_OR_RETURN(term.unit, FromProto(proto.unit()));
  } else if (proto.unit() != v1::PRICE_UNIT_UNSPECIFIED) {
    return absl::InvalidArgumentError("unit: a minimum has none");
  }
  for (const v1::PriceTier& tier : proto.tiers()) {
    term.tiers.push_back({.from = tier.from(), .nanos = tier.nanos()});
  }
  FURNACE_ASSIGN_OR_RETURN(const auto from_us, ToMicros(proto.has_effective_from(),
                                                        proto.effective_from(), "effective_from"));
  term.from_us = from_us.value_or(0);
  if (from_us == 0) term.from_us = -31 * kDayUs;  // As above.
  FURNACE_ASSIGN_OR_RETURN(term.until_us, ToMicros(proto.has_effective_until(),
                                                   proto.effective_until(), "effective_until"));
  return term;
}

v1::PriceLine ToProto(const PriceLine& line) {
  v1::PriceLine proto;
  proto.set_id(line.id);
  *proto.mutable_price() = ToProto(line.price);
  proto.set_ended(line.price.ended);
  proto.set_version(line.price.version);
  SetTime(line.announced_us, proto.mutable_announced_at());
  if (line.withdrawn_us) SetTime(*line.withdrawn_us, proto.mutable_withdrawn_at());
  return proto;
}

v1::PriceTerm ToProto(const Term& term) {
  v1::PriceTerm proto;
  proto.set_id(term.id);
  proto.set_kind(ToProto(term.kind));
  if (term.kind != TermKind::kMinimum) proto.set_unit(ToProto(term.unit));
  proto.set_gpu_type(term.gpu_type);
  proto.set_project_id(term.project_id);
  proto.set_quantity(term.quantity);
  proto.set_nanos(term.nanos);
  for (const Tier& tier : term.tiers) {
    v1::PriceTier& added = *proto.add_tiers();
    added.set_from(tier.from);
    added.set_nanos(tier.nanos);
  }
  SetTime(term.from_us, proto.mutable_effective_from());
  if (term.until_us) SetTime(*term.until_us, proto.mutable_effective_until());
  proto.set_description(term.description);
  return proto;
}

}  // namespace furnace::metering::rpc
