#include "services/metering/domain/correction.h"

#include <gtest/gtest.h>

#include <functional>

#include "libs/common/ledger/statement.h"
#include "services/metering/domain/ledger.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {
namespace {

Correction ACorrection() {
  return {.id = NewId(),
          .project_id = NewId(),
          .amount = FromNanos(-1'500'000'000),
          .note = "outage of March 1st",
          .reference = "T-1"};
}

// A record of `cause` over two hours, at 10 and 20 nano-dollars.
Bill TwoHours(Cause cause = Cause::kNone) {
  UsageRecord record = ARecord();
  record.start_us = kTenUs - 5;
  record.end_us = kTenUs + 7;
  record.cause = cause;
  return *RemakeBill(record, {10, 20}, cause == Cause::kNone ? std::optional(3) : std::nullopt);
}

TEST(CheckCorrectionTest, NamesWhatIsWrong) {
  EXPECT_TRUE(CheckCorrection(ACorrection()).ok());
  struct BadCorrection {
    const char* begin;  // Of the message.
    std::function<void(Correction&)> change;
  };
  const std::vector<BadCorrection> cases = {
      {"id:", [](Correction& c) { c.id = ""; }},
      {"project_id:", [](Correction& c) { c.project_id = "me"; }},
      {"job_id:",
       [](Correction& c) {
         c.key = {"job", 1};
       }},
      {"epoch:",
       [](Correction& c) {
         c.key = {NewId(), 0};
       }},
      {"epoch:", [](Correction& c) { c.key.epoch = 1; }},
      {"job_id: not together",
       [](Correction& c) {
         c.key = {NewId(), 1};
         c.gpu_type = "rtx4000";
       }},
      {"endpoint_id:", [](Correction& c) { c.endpoint_id = "up"; }},
      {"gpu_type:", [](Correction& c) { c.gpu_type = "a b"; }},
      {"reason:", [](Correction& c) { c.note = ""; }},
      {"reason:", [](Correction& c) { c.note = "a\namount 5"; }},
      {"reason:", [](Correction& c) { c.note = std::string(kMaxNoteLength + 1, 'x'); }},
      {"reference:", [](Correction& c) { c.reference = "\x7f"; }},
      {"amount_nanos: must be given", [](Correction& c) { c.amount = {}; }},
      {"amount_nanos: must be at most",
       [](Correction& c) { c.amount = FromNanos(kMaxCorrectionNanos + 1); }},
  };
  for (const BadCorrection& bad : cases) {
    Correction correction = ACorrection();
    bad.change(correction);
    const absl::Status status = CheckCorrection(correction);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad.begin;
    EXPECT_EQ(status.message().substr(0, std::string(bad.begin).size()), bad.begin);
  }
}

TEST(PostingTest, ACorrectionBalancesAndReadsAsWhatItIs) {
  const Correction correction = ACorrection();
  const std::vector<Posting> postings = {PostingOf(correction)};
  const auto transaction = Sum({.project_id = correction.project_id}, {}, postings);
  ASSERT_TRUE(transaction.ok() && transaction->entries.size() == 2);
  EXPECT_EQ(transaction->records, 1);
  EXPECT_TRUE(Add(transaction->entries[0].amount, transaction->entries[1].amount)->value == 0);
  EXPECT_EQ(transaction->entries[0].kind, EntryKind::kCorrection);
  const auto statement = ledger::ParseStatement(postings[0].text);
  ASSERT_TRUE(statement.ok()) << statement.status();
  EXPECT_EQ(statement->form, ledger::StatementForm::kCorrection);
  EXPECT_TRUE(statement->lines[0].amount == correction.amount);
  EXPECT_TRUE(ledger::CheckStatement(*statement).ok());
}

TEST(RateAgainTest, OnlyHoursOfThePeriodGetThePricesOfNow) {
  const Bill bill = TwoHours();
  const PriceList prices(DefaultPrices());
  const auto rate = [&](Span period) { return RateAgain(bill, prices, period, kTenUs); };
  using Prices = std::vector<std::optional<std::int64_t>>;
  EXPECT_EQ(rate({kTenUs - kHourUs, kTenUs}), (Rating{Prices{60'000, 20}, 3}));
  EXPECT_EQ(rate({kTenUs, kTenUs + kHourUs}), (Rating{Prices{10, 60'000}, 100'000}));
  EXPECT_EQ(rate({kTenUs + kHourUs, kTenUs + 2 * kHourUs}), RatingOf(bill));
}

TEST(RateAgainTest, CoveredTimeStaysFree) {
  UsageRecord record = ARecord();
  record.covered = true;
  const Bill bill = *RemakeBill(record, {0}, 3);
  const Rating rating =
      RateAgain(bill, PriceList(DefaultPrices()), {kTenUs, kTenUs + kHourUs}, kTenUs);
  EXPECT_EQ(rating.prices[0], 0);
  EXPECT_EQ(rating.invocation_nanos, 100'000);
}

TEST(PostingTest, ARatingTakesBackAndChargesTheSameTime) {
  const Bill bill = TwoHours();
  Rating after = RatingOf(bill);
  after.prices[1] = 50;
  after.invocation_nanos = 4;
  const auto posting = PostingOf({bill.record, RatingOf(bill), after});
  ASSERT_TRUE(posting.ok()) << posting.status();
  EXPECT_TRUE(*OwedBy(posting->entries) == (AttoUsd{7 * 1'000 * 30 + ledger::kAttosPerNano}));
  const auto statement = ledger::ParseStatement(posting->text);
  ASSERT_TRUE(statement.ok()) << statement.status();
  EXPECT_EQ(statement->form, ledger::StatementForm::kRerating);
  EXPECT_EQ(statement->lines.size(), 4);
  EXPECT_TRUE(ledger::CheckStatement(*statement).ok()) << ledger::CheckStatement(*statement);
  const auto transaction = Sum({}, {}, std::vector{*posting});
  Int128 sum = 0;
  Int128 quantity = 0;
  for (const LedgerEntry& entry : transaction->entries) {
    sum += entry.amount.value;
    quantity += entry.quantity;
  }
  EXPECT_TRUE(sum == 0 && quantity == 0);
}

TEST(PostingTest, WhatIsCreditedStaysFreeWhateverItCosts) {
  const Bill bill = TwoHours(Cause::kWorkerLost);
  Rating after = RatingOf(bill);
  after.prices[0] = 99;
  const auto posting = PostingOf({bill.record, RatingOf(bill), after});
  ASSERT_TRUE(posting.ok());
  EXPECT_TRUE(OwedBy(posting->entries)->value == 0);
  EXPECT_TRUE(ledger::CheckStatement(*ledger::ParseStatement(posting->text)).ok());
}

TEST(PostingTest, ChangedTextsOfAmendmentsAreFound) {
  const Bill bill = TwoHours();
  Rating after = RatingOf(bill);
  after.prices[0] = 50;
  const std::string text = PostingOf({bill.record, RatingOf(bill), after})->text;
  for (const auto& [old_text, new_text] : std::vector<std::pair<std::string, std::string>>{
           {" -5000 10 ", " -5000 11 "},       // Another price.
           {" 5000 50 250000", " 5000 50 1"},  // Another amount.
           {"milli_gpus 1000", "milli_gpus 2000"}}) {
    std::string changed = text;
    const std::size_t at = changed.find(old_text);
    ASSERT_NE(at, std::string::npos) << old_text << text;
    changed.replace(at, old_text.size(), new_text);
    EXPECT_TRUE(
        absl::IsFailedPrecondition(ledger::CheckStatement(*ledger::ParseStatement(changed))));
  }
  EXPECT_FALSE(ledger::ParseStatement("furnace-correction 1\nproject x\n").ok());
  EXPECT_FALSE(ledger::ParseStatement(PostingOf(ACorrection()).text + "amount 9\n").ok());
}

}  // namespace
}  // namespace furnace::metering
