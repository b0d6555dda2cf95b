#include "services/metering/rpc/correction_handlers.h"

#include <gtest/gtest.h>

#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering::rpc {
namespace {

using furnace::rpc::CallContext;

class NothingIsClosed final : public ClosedPeriods {
 public:
  absl::StatusOr<std::int64_t> OpenFrom(const std::string&) override { return 0; }
};

class CorrectionHandlersTest : public testing::Test {
 protected:
  CorrectionHandlersTest() { operator_.role = v1::ROLE_OPERATOR; }

  static v1::CorrectUsageRequest ARequest() {
    v1::CorrectUsageRequest request;
    request.set_project_id(NewId());
    request.set_id(NewId());
    request.set_amount_nanos(-1'500'000'000);
    request.set_reason("outage");
    return request;
  }

  MemoryUsageStore usage_;
  MemoryPriceStore prices_;
  NothingIsClosed closed_;
  FixedClock clock_{kTenUs + kMinuteUs};
  Corrector corrector_{usage_, prices_, closed_, clock_};
  CorrectionHandlers handlers_{corrector_};
  CallContext operator_;
};

TEST_F(CorrectionHandlersTest, NobodyButOperatorsCorrects) {
  CallContext admin;
  admin.role = v1::ROLE_ADMIN;
  admin.project_id = NewId();
  EXPECT_TRUE(absl::IsPermissionDenied(handlers_.CorrectUsage(admin, ARequest()).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(handlers_.ReratePeriod(admin, {}).status()));
}

TEST_F(CorrectionHandlersTest, ACorrectionIsShownExactly) {
  const auto booked = handlers_.CorrectUsage(operator_, ARequest());
  ASSERT_TRUE(booked.ok()) << booked.status();
  EXPECT_EQ(booked->amount_nanos(), -1'500'000'000);
  EXPECT_EQ(booked->amount(), "-1.5");
  EXPECT_EQ(booked->transaction(), 1);
  EXPECT_EQ(booked->recorded_at().seconds(), (kTenUs + kMinuteUs) / 1'000'000);
}

TEST_F(CorrectionHandlersTest, NamesWhatIsWrong) {
  v1::CorrectUsageRequest request = ARequest();
  request.set_currency("XAU");
  EXPECT_EQ(handlers_.CorrectUsage(operator_, request).status().message(), "currency: must be USD");
  request = ARequest();
  request.set_id("1");
  EXPECT_EQ(handlers_.CorrectUsage(operator_, request).status().message(), "id: not a UUID");
  v1::ReratePeriodRequest rerate;
  EXPECT_EQ(handlers_.ReratePeriod(operator_, rerate).status().message(), "project_id: not a UUID");
  rerate.set_project_id(NewId());
  EXPECT_EQ(handlers_.ReratePeriod(operator_, rerate).status().message(),
            "start_time: must be given");
}

TEST_F(CorrectionHandlersTest, ATokenIsOfItsPeriodOnly) {
  v1::ReratePeriodRequest request;
  request.set_project_id(NewId());
  request.mutable_start_time()->set_seconds(kTenUs / 1'000'000);
  request.mutable_end_time()->set_seconds((kTenUs + kHourUs) / 1'000'000);
  const auto done = handlers_.ReratePeriod(operator_, request);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_TRUE(done->next_page_token().empty());
  EXPECT_EQ(done->difference(), "0");
  request.set_page_token("x");
  EXPECT_TRUE(absl::IsInvalidArgument(handlers_.ReratePeriod(operator_, request).status()));
}

}  // namespace
}  // namespace furnace::metering::rpc
