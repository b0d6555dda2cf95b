#include "services/metering/app/csv.h"

#include <gtest/gtest.h>

namespace furnace::metering {
namespace {

TEST(CsvTest, CellsAreQuotedOnlyWhereTheyNeedIt) {
  EXPECT_EQ(CsvLine({"a", "", "b c"}), "a,,b c\r\n");
  EXPECT_EQ(CsvLine({"a,b", "say \"x\"", "two\nlines"}),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
}

TEST(CsvTest, WhatASpreadsheetWouldRunIsText) {
  for (const char* formula : {"=1+1", "+1", "-1", "@sum(a1)", "\t=1"}) {
    EXPECT_EQ(CsvText(formula)[0], '\'') << formula;
  }
  EXPECT_EQ(CsvText("rtx4000"), "rtx4000");
  EXPECT_EQ(CsvText("a=b"), "a=b");
  EXPECT_EQ(CsvText("a\nb\x1b[31m"), "a b [31m");
  EXPECT_EQ(CsvText(""), "");
}

}  // namespace
}  // namespace furnace::metering
