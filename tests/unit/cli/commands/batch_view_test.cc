#include "cli/commands/batch_view.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(BatchProgressTest, SaysWhatThereIsToSay) {
  struct Case {
    const char* counts;
    const char* text;
  };
  const Case cases[] = {
      {R"("waiting":3)", "0 of 9 done"},
      {R"("waiting":2,"in_progress":1)", "0 of 9 done; 1 running"},
      {R"("completed":2,"failed":1,"timed_out":3,"cancelled":1,"in_progress":2)",
       "7 of 9 done: 2 completed, 1 failed, 3 timed_out, 1 cancelled; 2 running"},
      {R"("completed":9)", "9 of 9 done: 9 completed"},
  };
  for (const Case& c : cases) {
    const auto batch = Answer::Parse(std::string(R"({"total":9,"counts":{)") + c.counts + "}}");
    EXPECT_EQ(BatchProgress(*batch), c.text);
  }
  EXPECT_EQ(BatchProgress(*Answer::Parse("{}")), "0 of 0 done");
}

TEST(FailureTableTest, NamesInputJobAndReason) {
  const auto failure = Answer::Parse(
      R"({"index":7,"job":{"id":"j-1","status":"FAILED","cause":"TIMEOUT","error":"too long"}})");
  const std::string table = FailureTable({*failure});
  for (const char* word : {"7", "j-1", "FAILED", "TIMEOUT", "too long"}) {
    EXPECT_NE(table.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(FailureTable({}), "none\n");
}

}  // namespace
}  // namespace furnace::cli
