#include "cli/commands/receipt_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "libs/common/json/json.h"
#include "libs/common/ledger/merkle.h"

namespace furnace::cli {
namespace {

constexpr char kRecord[] =
    "furnace-usage 1\nproject p\njob j\nepoch 1\nkind attempt\nendpoint e\nworker w\ngpu g\n"
    "milli_gpus 1000\nvram_mib 0\nbytes 0\nstart 1772359200000000\nend 1772359201000000\n"
    "cause none\ncold_start 0\nwarm 0\ncovered 0\nregion \ntier \n"
    "line gpu_time 1772359200000000 1772359201000000 1000000000 60000 60000000000000\n";

ledger::ChainLink LinkOf(const ledger::Hash& before, int number, const ledger::Hash& root) {
  ledger::ChainLink link;
  link.transaction = fmt::format(
      "furnace-ledger 1\nproject p\nnumber {}\ntime 5\nreason usage\nreference \nrecords 1\n"
      "root {}\n",
      number, ledger::ToHex(root));
  link.hash = ledger::ChainHash(before, link.transaction);
  return link;
}

// Transactions 4 to 6; the record is in the fifth.
class ReceiptFileTest : public testing::Test {
 protected:
  ReceiptFileTest() {
    const ledger::Hash root = ledger::LeafHash(kRecord);
    chain_.push_back(LinkOf(before_, 4, ledger::HashOf({"x"})));
    chain_.push_back(LinkOf(chain_[0].hash, 5, root));
    chain_.push_back(LinkOf(chain_[1].hash, 6, ledger::HashOf({"y"})));
    receipt_ = {.record = kRecord,
                .transaction = chain_[1].transaction,
                .previous = chain_[0].hash,
                .hash = chain_[1].hash};
  }

  std::string Json() const {
    return fmt::format(
        R"({{"receipts":[{{"record":{},"transaction":{},"previous_hash":"{}","hash":"{}"}}]}})",
        json::Quote(receipt_.record), json::Quote(receipt_.transaction),
        ledger::ToHex(receipt_.previous), ledger::ToHex(receipt_.hash));
  }

  const ledger::Hash before_ = ledger::HashOf({"before"});
  std::vector<ledger::ChainLink> chain_;
  ledger::Receipt receipt_;
};

TEST_F(ReceiptFileTest, ReadsWhatTheServerSent) {
  const auto receipts = ParseReceipts(Json());
  ASSERT_TRUE(receipts.ok()) << receipts.status();
  ASSERT_EQ(receipts->size(), 1);
  EXPECT_TRUE(VerifyAll((*receipts)[0], {}, {}).ok());
}

TEST_F(ReceiptFileTest, RefusesWhatIsNoReceipt) {
  EXPECT_FALSE(ParseReceipts("[]").ok());
  EXPECT_EQ(ParseReceipts("{}").status().message(), "receipts: there are none");
  EXPECT_EQ(ParseReceipts(R"({"receipts":[{"record":"x"}]})").status().message(),
            "receipts[0]: not 64 lower-case hexadecimal digits");
  EXPECT_FALSE(ParseChain("{}").ok());
  EXPECT_FALSE(ParseChain(R"({"transactions":[{"hash":"00"}]})").ok());
  for (const char* head : {"", "5", ":", "x:00", "5:00"})
    EXPECT_FALSE(ParseHead(head).ok()) << head;
}

TEST_F(ReceiptFileTest, AgreesWithHeadsOnBothSides) {
  const ledger::ChainHead first{3, before_};
  const ledger::ChainHead last{6, chain_[2].hash};
  EXPECT_TRUE(VerifyAll(receipt_, {first, last}, chain_).ok());
  EXPECT_TRUE(VerifyAll(receipt_, {}, chain_).ok());
  EXPECT_EQ(*ParseHead("3:" + ledger::ToHex(before_)), first);
}

TEST_F(ReceiptFileTest, AHeadThatDiffersIsFoundWhereverItLies) {
  for (std::int64_t number = 3; number <= 6; ++number) {
    const ledger::ChainHead other{number, ledger::HashOf({"other"})};
    EXPECT_FALSE(VerifyAll(receipt_, {other}, chain_).ok()) << number;
  }
}

TEST_F(ReceiptFileTest, ATransactionThatIsNotInTheChainIsFound) {
  const std::vector<ledger::ChainLink> without = {chain_[0]};
  EXPECT_EQ(VerifyAll(receipt_, {}, without).message(), "the transaction is not part of the chain");
  chain_[1] = LinkOf(chain_[0].hash, 5, ledger::HashOf({"z"}));
  EXPECT_FALSE(VerifyAll(receipt_, {}, chain_).ok());
}

TEST_F(ReceiptFileTest, ShowsEachAmount) {
  const auto text = DescribeReceipt(receipt_);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_NE(text->find("attempt j epoch 1: $0.00006 in transaction 5"), std::string::npos) << *text;
  EXPECT_NE(text->find("gpu_time"), std::string::npos);
}

}  // namespace
}  // namespace furnace::cli
