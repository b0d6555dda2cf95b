#include "services/metering/rpc/price_handlers.h"

#include <optional>
#include <string>
#include <vector>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/metering/domain/price_change.h"
#include "services/metering/rpc/convert.h"
#include "services/metering/rpc/page_token.h"
#include "services/metering/rpc/price_convert.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

constexpr int kMaxPageSize = 1'000;
constexpr int kDefaultPageSize = 100;

bool IsOperator(const CallContext& call) { return call.role >= v1::ROLE_OPERATOR; }

// The gateway asks for the role, too: what goes for all projects is worth asking twice.
absl::Status CheckOperator(const CallContext& call) {
  if (IsOperator(call)) return absl::OkStatus();
  return absl::PermissionDeniedError("for operators only");
}

absl::Status CheckId(std::int64_t id) {
  if (id >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError("id: must be at least 1");
}

absl::StatusOr<int> PageSizeOf(int page_size) {
  if (page_size == 0) return kDefaultPageSize;
  if (page_size < 0 || page_size > kMaxPageSize) {
    return Error(absl::StatusCode::kInvalidArgument, "page_size: must be 1 to {}, not {}",
                 kMaxPageSize, page_size);
  }
  return page_size;
}

absl::StatusOr<std::vector<Price>> PricesOf(const v1::SetPricesRequest& request) {
  if (!request.currency().empty() && request.currency() != "USD") {
    return absl::InvalidArgumentError("currency: must be USD");
  }
  if (request.prices_size() > static_cast<int>(kMaxPricesOfChange)) {
    return Error(absl::StatusCode::kInvalidArgument, "prices: must be 1 to {}, not {}",
                 kMaxPricesOfChange, request.prices_size());
  }
  std::vector<Price> prices;
  for (int i = 0; i < request.prices_size(); ++i) {
    absl::StatusOr<Price> price = FromProto(request.prices(i));
    if (!price.ok()) {
      return Error(price.status().code(), "prices[{}].{}", i, ToStd(price.status().message()));
    }
    prices.push_back(*std::move(price));
  }
  return prices;
}

// Whose terms the caller lists; nullopt: everybody's.
absl::StatusOr<std::optional<std::string>> ProjectToList(const CallContext& call,
                                                         const std::string& asked) {
  FURNACE_ASSIGN_OR_RETURN(std::optional<std::string> project, OptionalUuid(asked, "project_id"));
  if (IsOperator(call)) return project;
  if (project && *project != call.project_id) return absl::NotFoundError("no such project");
  if (!IsUuid(call.project_id)) return absl::PermissionDeniedError("the call has no project");
  return std::optional<std::string>(call.project_id);
}

}  // namespace

absl::StatusOr<v1::SetPricesResponse> PriceHandlers::SetPrices(
    const CallContext& call, const v1::SetPricesRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(std::vector<Price> prices, PricesOf(request));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<PriceLine> lines, prices_.Announce(std::move(prices)));
  v1::SetPricesResponse response;
  for (const PriceLine& line : lines) *response.add_lines() = ToProto(line);
  return response;
}

absl::StatusOr<v1::ListPriceHistoryResponse> PriceHandlers::ListPriceHistory(
    const CallContext& call, const v1::ListPriceHistoryRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(const auto project, OptionalUuid(request.project_id(), "project_id"));
  FURNACE_ASSIGN_OR_RETURN(const int page_size, PageSizeOf(request.page_size()));
  PriceHistoryQuery query{.project_id = project.value_or(""), .limit = page_size + 1};
  FURNACE_ASSIGN_OR_RETURN(query.after_id,
                           DecodePageToken(request.project_id(), request.page_token()));
  FURNACE_ASSIGN_OR_RETURN(std::vector<PriceLine> lines, prices_.List(query));
  v1::ListPriceHistoryResponse response;
  if (lines.size() > static_cast<std::size_t>(page_size)) {
    lines.pop_back();
    response.set_next_page_token(EncodePageToken(request.project_id(), lines.back().id));
  }
  for (const PriceLine& line : lines) *response.add_lines() = ToProto(line);
  return response;
}

absl::StatusOr<v1::PriceLine> PriceHandlers::WithdrawPrice(
    const CallContext& call, const v1::WithdrawPriceRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_RETURN_IF_ERROR(CheckId(request.id()));
  FURNACE_ASSIGN_OR_RETURN(const PriceLine line, prices_.Withdraw(request.id()));
  return ToProto(line);
}

absl::StatusOr<v1::PriceTerm> PriceHandlers::AddPriceTerm(const CallContext& call,
                                                          const v1::AddPriceTermRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_ASSIGN_OR_RETURN(Term asked, FromProto(request.term()));
  FURNACE_ASSIGN_OR_RETURN(const Term term, terms_.Add(std::move(asked)));
  return ToProto(term);
}

absl::StatusOr<v1::ListPriceTermsResponse> PriceHandlers::ListPriceTerms(
    const CallContext& call, const v1::ListPriceTermsRequest& request) {
  FURNACE_ASSIGN_OR_RETURN(const auto project, ProjectToList(call, request.project_id()));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Term> terms, terms_.List(project));
  v1::ListPriceTermsResponse response;
  for (const Term& term : terms) *response.add_terms() = ToProto(term);
  return response;
}

absl::StatusOr<v1::PriceTerm> PriceHandlers::EndPriceTerm(const CallContext& call,
                                                          const v1::EndPriceTermRequest& request) {
  FURNACE_RETURN_IF_ERROR(CheckOperator(call));
  FURNACE_RETURN_IF_ERROR(CheckId(request.id()));
  FURNACE_ASSIGN_OR_RETURN(
      const auto until_us,
      ToMicros(request.has_effective_until(), request.effective_until(), "effective_until"));
  FURNACE_ASSIGN_OR_RETURN(const Term term, terms_.End(request.id(), until_us.value_or(0)));
  return ToProto(term);
}

}  // namespace furnace::metering::rpc
