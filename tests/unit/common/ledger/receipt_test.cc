#include "libs/common/ledger/receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "libs/common/ledger/merkle.h"
#include "libs/common/ledger/statement.h"

namespace furnace::ledger {
namespace {

// Ten seconds of two GPUs at 60,000 nano-dollars, and an invocation.
constexpr char kRecord[] =
    "furnace-usage 1\nproject p\njob j\nepoch 1\nkind attempt\nendpoint e\nworker w 1\ngpu rtx\n"
    "milli_gpus 2000\nvram_mib 0\nbytes 0\nstart 3599999990\nend 3600000010\ncause none\n"
    "cold_start 0\nwarm 0\ncovered 0\nregion \ntier \ntag a=b c\n"
    "line gpu_time 3599999990 3600000000 20000 60000 1200000000\n"
    "line gpu_time 3600000000 3600000010 20000 - 0\n"
    "line invocation 3599999990 3600000010 1 100000 100000000000000\n";

std::string TransactionOf(const Hash& root, const std::string& revenue = "-100001200000000") {
  return "furnace-ledger 1\nproject p\nnumber 7\ntime 5\nreason usage\nreference \nrecords "
         "3\nroot " +
         ToHex(root) +
         "\nentry customer gpu_time e 60000 20000 1200000000 rtx\n"
         "entry customer gpu_time e - 20000 0 rtx\n"
         "entry customer invocation e 100000 1 100000000000000 rtx\n"
         "entry revenue balance - - 0 " +
         revenue + " -\n";
}

Receipt GoodReceipt(const std::string& record = kRecord) {
  const std::vector<Hash> leaves = {LeafHash("x"), LeafHash(record), LeafHash("y")};
  Receipt receipt{.record = record, .index = 1, .path = PathOf(leaves, 1)};
  receipt.transaction = TransactionOf(RootOf(leaves));
  receipt.previous = HashOf({"before"});
  receipt.hash = ChainHash(receipt.previous, receipt.transaction);
  return receipt;
}

std::string Changed(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(VerifyReceiptTest, AGoodReceiptShowsItsRecord) {
  const auto statement = VerifyReceipt(GoodReceipt());
  ASSERT_TRUE(statement.ok()) << statement.status();
  EXPECT_EQ(statement->job_id, "j");
  ASSERT_EQ(statement->lines.size(), 3);
  EXPECT_EQ(statement->lines[0].price, 60'000);
  EXPECT_EQ(statement->lines[1].price, std::nullopt);
}

TEST(VerifyReceiptTest, AnyFlippedByteIsFound) {
  const Receipt good = GoodReceipt();
  for (std::string Receipt::*text : {&Receipt::record, &Receipt::transaction}) {
    for (std::size_t i = 0; i < (good.*text).size(); ++i) {
      Receipt bad = good;
      (bad.*text)[i] = static_cast<char>((bad.*text)[i] ^ 1);
      EXPECT_FALSE(VerifyReceipt(bad).ok()) << i;
    }
  }
  for (Hash Receipt::*hash : {&Receipt::previous, &Receipt::hash}) {
    Receipt bad = good;
    (bad.*hash)[31] ^= 1;
    EXPECT_FALSE(VerifyReceipt(bad).ok());
  }
  Receipt bad = good;
  bad.path[0][0] ^= 1;
  EXPECT_FALSE(VerifyReceipt(bad).ok());
  bad = good;
  bad.index = 0;
  EXPECT_FALSE(VerifyReceipt(bad).ok());
}

TEST(VerifyReceiptTest, ARecordMayTellOfAnApiKeyAndTokens) {
  const auto verified = [](const std::string& version, const std::string& lines) {
    return VerifyReceipt(GoodReceipt(Changed(Changed(kRecord, "furnace-usage 1", version), "tag a",
                                             lines + "tag a")))
        .status();
  };
  for (const char* lines : {"", "api_key k\n", "tokens 7\n", "api_key k\ntokens 7\n"}) {
    EXPECT_TRUE(verified("furnace-usage 2", lines).ok()) << lines;
  }
  for (const char* lines : {"tokens 7\napi_key k\n", "api_key k\napi_key k\n", "other 1\n"}) {
    EXPECT_FALSE(verified("furnace-usage 2", lines).ok()) << lines;
  }
  EXPECT_FALSE(verified("furnace-usage 1", "api_key k\n").ok());
  EXPECT_THAT(std::string(verified("furnace-usage 3", "").message()),
              testing::HasSubstr("furnace-usage 3: not known here"));
}

// The hashes are right, and what is hashed is wrong.
TEST(VerifyReceiptTest, FiguresThatDoNotAddUpAreFoundUnderGoodHashes) {
  const std::pair<const char*, const char*> changes[] = {
      {"20000 60000 1200000000", "20000 60000 1200000001"},
      {"20000 60000 1200000000", "10000 60000 600000000"},
      {"line gpu_time 3600000000 3600000010 20000 - 0\n", ""},
      {"line gpu_time 3600000000 3600000010 20000 - 0\n",
       "line gpu_time 3600000001 3600000011 20000 - 0\n"},
      {"line invocation 3599999990 3600000010 1 100000 100000000000000\n",
       "line invocation 3599999990 3600000010 2 100000 200000000000000\n"},
      {"line invocation", "line gratuity"},
      {"20000 60000 1200000000", "20000 -60000 -1200000000"},
      {"project p", "project q"},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_TRUE(
        absl::IsFailedPrecondition(VerifyReceipt(GoodReceipt(Changed(kRecord, from, to))).status()))
        << to;
  }
  Receipt receipt = GoodReceipt();
  receipt.transaction = Changed(receipt.transaction, "-100001200000000", "-100001200000001");
  receipt.hash = ChainHash(receipt.previous, receipt.transaction);
  EXPECT_EQ(VerifyReceipt(receipt).status().message(), "the transaction does not sum to zero");
}

// What takes back ten seconds of two GPUs.
constexpr char kRefund[] =
    "furnace-usage 1\nproject p\njob j\nepoch 3000001\nkind refund\nendpoint e\nworker w 1\ngpu "
    "rtx\n"
    "milli_gpus 2000\nvram_mib 0\nbytes 0\nstart 3599999990\nend 3600000010\ncause worker_lost\n"
    "cold_start 0\nwarm 0\ncovered 0\nregion \ntier \n"
    "line credit 3599999990 3600000000 20000 60000 -1200000000\n"
    "line credit 3600000000 3600000010 20000 60000 -1200000000\n";

TEST(CheckStatementTest, ARefundIsCreditsThatCoverItsTimeOnce) {
  const auto check = [](const std::string& text) {
    const auto statement = ParseStatement(text);
    EXPECT_TRUE(statement.ok()) << statement.status();
    return CheckStatement(*statement);
  };
  EXPECT_TRUE(check(kRefund).ok());
  EXPECT_FALSE(check(Changed(kRefund, "3600000000 3600000010", "3599999990 3600000000")).ok());
  EXPECT_FALSE(check(Changed(kRefund, "-1200000000", "-1200000001")).ok());
  EXPECT_FALSE(check(Changed(kRefund, "kind refund", "kind part")).ok());
  EXPECT_FALSE(check(Changed(kRefund, "line credit 3599999990 3600000000 20000 60000 -1200000000",
                             "line gpu_time 3599999990 3600000000 20000 60000 1200000000"))
                   .ok());
}

TEST(VerifyReceiptTest, TextsThatAreNoneAreRefused) {
  for (const std::string& text : {std::string(), std::string("\n"), std::string("furnace-usage 1"),
                                  Changed(kRecord, "epoch 1", "epoch 99999999999999999999"),
                                  Changed(kRecord, " 20000 60000", " 20000")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(VerifyReceipt(GoodReceipt(text)).status())) << text;
  }
}

TEST(VerifyReceiptTest, AGbMonthIsRoundedHalfToEven) {
  std::string record = Changed(kRecord, "bytes 0", "bytes 3");
  record = record.substr(0, record.find("line")) +
           "line storage 3599999990 3600000000 30 20000000 0\n"
           "line storage 3600000000 3600000010 30 20000000 0\n";
  EXPECT_TRUE(VerifyReceipt(GoodReceipt(record)).ok());
}

TEST(VerifyHeadTest, AHeadOfTheSameOrTheLastTransactionMustAgree) {
  const Receipt receipt = GoodReceipt();
  EXPECT_TRUE(VerifyHead(receipt, {7, receipt.hash}).ok());
  EXPECT_TRUE(VerifyHead(receipt, {6, receipt.previous}).ok());
  EXPECT_TRUE(VerifyHead(receipt, {9, Hash{}}).ok());
  EXPECT_FALSE(VerifyHead(receipt, {7, receipt.previous}).ok());
  EXPECT_FALSE(VerifyHead(receipt, {6, receipt.hash}).ok());
}

TEST(VerifyChainTest, EachLinkFollowsFromTheOneBefore) {
  const std::string first = TransactionOf(HashOf({"a"}));
  const std::string second = Changed(TransactionOf(HashOf({"b"})), "number 7", "number 8");
  const Hash start = HashOf({"start"});
  std::vector<ChainLink> links = {{first, ChainHash(start, first)}};
  links.push_back({second, ChainHash(links[0].hash, second)});
  EXPECT_TRUE(VerifyChain(start, links).ok());
  EXPECT_FALSE(VerifyChain(Hash{}, links).ok());
  EXPECT_FALSE(VerifyChain(start, std::span(links).last(1)).ok());
  links[1].transaction = Changed(second, "time 5", "time 6");
  EXPECT_FALSE(VerifyChain(start, links).ok());
  links[1] = {first, ChainHash(links[0].hash, first)};
  EXPECT_EQ(VerifyChain(start, links).message(), "a transaction is missing");
}

}  // namespace
}  // namespace furnace::ledger
