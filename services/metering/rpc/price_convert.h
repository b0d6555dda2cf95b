// Prices and terms between the wire and the domain.
#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/price_service.pb.h"
#include "services/metering/app/price_ports.h"
#include "services/metering/domain/terms.h"

namespace furnace::metering::rpc {

/// The price to announce, its values unchecked. INVALID_ARGUMENT, naming the field, for an
/// unknown unit, a missing price and a time that is none.
absl::StatusOr<Price> FromProto(const v1::NewPrice& price);

/// The term, its values unchecked; INVALID_ARGUMENT as above.
absl::StatusOr<Term> FromProto(const v1::PriceTerm& term);

v1::PriceLine ToProto(const PriceLine& line);
v1::PriceTerm ToProto(const Term& term);

}  // namespace furnace::metering::rpc
