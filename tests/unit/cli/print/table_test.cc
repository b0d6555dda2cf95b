#include "cli/print/table.h"

#include <gtest/gtest.h>

namespace furnace::cli {
namespace {

TEST(TableTest, ColumnsAreAlignedAndLinesEndWithoutSpaces) {
  Table table({"NAME", "STATUS"});
  table.Add({"a", "RUNNING"});
  table.Add({"longer-name", ""});
  EXPECT_EQ(table.ToString(),
            "NAME         STATUS\n"
            "a            RUNNING\n"
            "longer-name\n");
}

TEST(TableTest, WidthCountsCharactersNotBytes) {
  Table table({"N", "S"});
  table.Add({"süß", "x"});
  table.Add({"abc", "y"});
  EXPECT_EQ(table.ToString(), "N    S\nsüß  x\nabc  y\n");
}

TEST(TableTest, WithoutRowsSaysSo) { EXPECT_EQ(Table({"NAME"}).ToString(), "none\n"); }

TEST(TableTest, ShortRowsAreFilledUp) {
  Table table({"A", "B"});
  table.Add({"1"});
  EXPECT_EQ(table.ToString(), "A  B\n1\n");
}

TEST(PrintableTest, EscapeSequencesDoNotReachTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[31mb"), "a?[31mb");
  EXPECT_EQ(Printable("a\nb\tc\x7f"), "a?b?c?");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "?31m");
}

TEST(PrintableTest, OtherTextStays) { EXPECT_EQ(Printable("süß § 漢字"), "süß § 漢字"); }

TEST(TableTest, CellsAreMadePrintable) {
  Table table({"A"});
  table.Add({"x\ny"});
  EXPECT_EQ(table.ToString(), "A\nx?y\n");
}

}  // namespace
}  // namespace furnace::cli
