#include "cli/print/terminal.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(ColouredTest, AddsNothingWhenDisabled) {
  EXPECT_EQ(Coloured("text", Colour::kRed, false), "text");
  EXPECT_EQ(ColouredStatus("FAILED", false), "FAILED");
}

TEST(ColouredTest, EndsTheColourItBegins) {
  EXPECT_EQ(Coloured("text", Colour::kGreen, true), "\x1b[32mtext\x1b[0m");
}

TEST(ColouredStatusTest, GoodAndBadEndsDiffer) {
  EXPECT_EQ(ColouredStatus("COMPLETED", true), "\x1b[32mCOMPLETED\x1b[0m");
  EXPECT_EQ(ColouredStatus("TIMED_OUT", true), "\x1b[31mTIMED_OUT\x1b[0m");
  EXPECT_EQ(ColouredStatus("IN_QUEUE", true), "\x1b[33mIN_QUEUE\x1b[0m");
}

}  // namespace
}  // namespace furnace::cli
