#pragma once

#include "absl/status/statusor.h"
#include "furnace/v1/price_service.pb.h"
#include "libs/common/rpc/call_context.h"
#include "services/metering/app/price_desk.h"
#include "services/metering/app/term_desk.h"

namespace furnace::metering::rpc {

/// PriceService as plain functions. All but ListPriceTerms are for operators:
/// PERMISSION_DENIED for others.
class PriceHandlers {
 public:
  PriceHandlers(PriceDesk& prices, TermDesk& terms) : prices_(prices), terms_(terms) {}

  absl::StatusOr<v1::SetPricesResponse> SetPrices(const furnace::rpc::CallContext& call,
                                                  const v1::SetPricesRequest& request);
  absl::StatusOr<v1::ListPriceHistoryResponse> ListPriceHistory(
      const furnace::rpc::CallContext& call, const v1::ListPriceHistoryRequest& request);
  absl::StatusOr<v1::PriceLine> WithdrawPrice(const furnace::rpc::CallContext& call,
                                              const v1::WithdrawPriceRequest& request);
  absl::StatusOr<v1::PriceTerm> AddPriceTerm(const furnace::rpc::CallContext& call,
                                             const v1::AddPriceTermRequest& request);
  absl::StatusOr<v1::ListPriceTermsResponse> ListPriceTerms(
      const furnace::rpc::CallContext& call, const v1::ListPriceTermsRequest& request);
  absl::StatusOr<v1::PriceTerm> EndPriceTerm(const furnace::rpc::CallContext& call,
                                             const v1::EndPriceTermRequest& request);

 private:
  PriceDesk& prices_;
  TermDesk& terms_;
};

}  // namespace furnace::metering::rpc
