#include "services/metering/rpc/price_handlers.h"

#include <gtest/gtest.h>

#include <string>

#include "libs/common/base/status.h"
#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

class PriceHandlersTest : public testing::Test {
 protected:
  PriceHandlersTest() {
    operator_.role = v1::ROLE_OPERATOR;
    tenant_.role = v1::ROLE_ADMIN;
    tenant_.project_id = NewId();
  }

  static v1::SetPricesRequest APrice() {
    v1::SetPricesRequest request;
    v1::NewPrice& price = *request.add_prices();
    price.set_unit(v1::PRICE_UNIT_GPU_SECOND);
    price.set_gpu_type("rtx4090");
    price.set_nanos(99);
    return request;
  }

  // Why it is refused.
  std::string Refusal(const v1::SetPricesRequest& request) {
    const absl::Status status = handlers_.SetPrices(operator_, request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  }

  MemoryPriceStore store_;
  MemoryTermStore term_store_;
  FixedClock clock_{kTenUs};
  PriceDesk prices_{store_, clock_};
  TermDesk terms_{term_store_, clock_};
  PriceHandlers handlers_{prices_, terms_};
  CallContext operator_;
  CallContext tenant_;
};

TEST_F(PriceHandlersTest, NobodyButOperatorsChangesPrices) {
  const auto denied = absl::StatusCode::kPermissionDenied;
  EXPECT_EQ(handlers_.SetPrices(tenant_, APrice()).status().code(), denied);
  EXPECT_EQ(handlers_.ListPriceHistory(tenant_, {}).status().code(), denied);
  EXPECT_EQ(handlers_.WithdrawPrice(tenant_, {}).status().code(), denied);
  EXPECT_EQ(handlers_.AddPriceTerm(tenant_, {}).status().code(), denied);
  EXPECT_EQ(handlers_.EndPriceTerm(tenant_, {}).status().code(), denied);
}

TEST_F(PriceHandlersTest, APriceIsAnnouncedShownAndWithdrawn) {
  const auto set = handlers_.SetPrices(operator_, APrice());
  ASSERT_TRUE(set.ok() && set->lines_size() == 1) << set.status();
  EXPECT_EQ(set->lines(0).price().nanos(), 99);
  EXPECT_EQ(set->lines(0).price().effective_from().seconds(), (kTenUs + kHourUs) / 1'000'000);
  v1::WithdrawPriceRequest withdraw;
  withdraw.set_id(set->lines(0).id());
  EXPECT_TRUE(handlers_.WithdrawPrice(operator_, withdraw)->has_withdrawn_at());
  v1::ListPriceHistoryRequest list;
  list.set_page_size(4);
  const auto first = handlers_.ListPriceHistory(operator_, list);
  ASSERT_EQ(first->lines_size(), 4);
  list.set_page_token(first->next_page_token());
  const auto second = handlers_.ListPriceHistory(operator_, list);
  ASSERT_EQ(second->lines_size(), 3);
  EXPECT_TRUE(second->next_page_token().empty());
  EXPECT_TRUE(second->lines(2).has_withdrawn_at());
}

TEST_F(PriceHandlersTest, NamesWhatIsWrong) {
  v1::SetPricesRequest request = APrice();
  request.set_currency("EUR");
  EXPECT_EQ(Refusal(request), "currency: must be USD");
  request = APrice();
  request.mutable_prices(0)->clear_nanos();
  EXPECT_EQ(Refusal(request), "prices[0].nanos: must be given");
  request = APrice();
  request.mutable_prices(0)->set_unit(static_cast<v1::PriceUnit>(42));
  EXPECT_EQ(Refusal(request), "prices[0].unit: 42 is not one");
  request = APrice();
  request.mutable_prices(0)->mutable_effective_from()->set_nanos(-1);
  EXPECT_EQ(Refusal(request).substr(0, 25), "prices[0].effective_from:");
  for (int i = 0; i < 1'000; ++i) *request.add_prices() = APrice().prices(0);
  EXPECT_EQ(Refusal(request), "prices: must be 1 to 1000, not 1001");
  request = APrice();
  request.mutable_prices(0)->mutable_effective_from();  // 1970.
  EXPECT_TRUE(absl::IsFailedPrecondition(handlers_.SetPrices(operator_, request).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.WithdrawPrice(operator_, {}).status()));
}

TEST_F(PriceHandlersTest, AProjectSeesItsOwnTermsAndTheGeneralOnes) {
  v1::AddPriceTermRequest request;
  v1::PriceTerm& term = *request.mutable_term();
  term.set_kind(v1::PRICE_TERM_KIND_ALLOWANCE);
  term.set_unit(v1::PRICE_UNIT_INVOCATION);
  term.set_quantity(100'000);
  ASSERT_TRUE(handlers_.AddPriceTerm(operator_, request).ok());
  for (const std::string& project : {tenant_.project_id, NewId()}) {
    term.set_project_id(project);
    ASSERT_TRUE(handlers_.AddPriceTerm(operator_, request).ok());
  }
  v1::ListPriceTermsRequest list;
  EXPECT_EQ(handlers_.ListPriceTerms(tenant_, list)->terms_size(), 2);
  EXPECT_EQ(handlers_.ListPriceTerms(operator_, list)->terms_size(), 3);
  list.set_project_id(NewId());
  EXPECT_TRUE(absl::IsNotFound(handlers_.ListPriceTerms(tenant_, list).status()));
  EXPECT_EQ(handlers_.ListPriceTerms(operator_, list)->terms_size(), 1);
}

TEST_F(PriceHandlersTest, ATermIsAddedAndEnded) {
  v1::AddPriceTermRequest request;
  v1::PriceTerm& term = *request.mutable_term();
  term.set_kind(v1::PRICE_TERM_KIND_MINIMUM);
  term.set_nanos(5);
  const auto added = handlers_.AddPriceTerm(operator_, request);
  ASSERT_TRUE(added.ok()) << added.status();
  v1::EndPriceTermRequest end;
  end.set_id(added->id());
  const auto ended = handlers_.EndPriceTerm(operator_, end);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->effective_until().seconds(), added->effective_from().seconds());
  term.set_unit(v1::PRICE_UNIT_INVOCATION);
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.AddPriceTerm(operator_, request).status()));
  term.set_kind(v1::PRICE_TERM_KIND_UNSPECIFIED);
  EXPECT_EQ(handlers_.AddPriceTerm(operator_, request).status().message(), "kind: 0 is not one");
}

}  // namespace
}  // namespace furnace::metering::rpc
