#include "cli/rest/line_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace furnace::cli {
namespace {

std::vector<std::string> Lines(const std::vector<std::string>& pieces) {
  LineBuffer buffer;
  std::vector<std::string> lines;
  for (const std::string& piece : pieces) {
    EXPECT_TRUE(buffer.Add(piece, [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    }));
  }
  return lines;
}

TEST(LineBufferTest, LinesAreCutHoweverTheBytesCome) {
  const std::vector<std::string> expected = {"one", "two", "three"};
  EXPECT_EQ(Lines({"one\ntwo\nthree\n"}), expected);
  EXPECT_EQ(Lines({"o", "ne", "\n", "two\nth", "ree\n"}), expected);
}

TEST(LineBufferTest, EmptyLinesAndCarriageReturnsGo) {
  EXPECT_EQ(Lines({"\n\r\na\r\n\n"}), std::vector<std::string>{"a"});
}

TEST(LineBufferTest, AnUnfinishedLineWaits) {
  LineBuffer buffer;
  EXPECT_TRUE(buffer.Add("half", [](std::string_view) { return true; }));
  EXPECT_EQ(buffer.rest(), "half");
}

TEST(LineBufferTest, TheReaderCanStop) {
  LineBuffer buffer;
  int count = 0;
  EXPECT_FALSE(buffer.Add("a\nb\n", [&](std::string_view) {
    ++count;
    return false;
  }));
  EXPECT_EQ(count, 1);
}

TEST(LineBufferTest, ALineThatIsTooLongEndsIt) {
  LineBuffer buffer;
  EXPECT_FALSE(
      buffer.Add(std::string(kMaxLineBytes + 1, 'x'), [](std::string_view) { return true; }));
}

TEST(LineStreamTest, NobodyThereIsUnavailable) {
  http::Request request;
  request.url = "http://127.0.0.1:1/";
  LineStream stream(request);
  EXPECT_TRUE(absl::IsUnavailable(stream.Read([](std::string_view) { return true; }, [] {})));
}

}  // namespace
}  // namespace furnace::cli
