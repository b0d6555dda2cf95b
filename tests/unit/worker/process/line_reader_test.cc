#include "services/worker/process/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace furnace::worker {
namespace {

using ::testing::ElementsAre;

class WorkerLineReaderTest : public ::testing::Test {
 protected:
  std::vector<std::string> lines_;
  LineReader reader_{[this](const std::string& line) { lines_.push_back(line); }};
};

TEST_F(WorkerLineReaderTest, PiecesBecomeLines) {
  reader_.Add("on");
  reader_.Add("e\r\n\ntwo\nthr");
  reader_.End();
  EXPECT_THAT(lines_, ElementsAre("one", "two", "thr"));
}

TEST_F(WorkerLineReaderTest, LongLinesAreCut) {
  reader_.Add(std::string(LineReader::kLineBytesMax + 1, 'x') + "\n");
  EXPECT_THAT(lines_, ElementsAre(std::string(LineReader::kLineBytesMax, 'x'), "x"));
}

TEST_F(WorkerLineReaderTest, LinesAreUtf8) {
  reader_.Add("a\xff z\n");
  EXPECT_THAT(lines_, ElementsAre("a? z"));
}

}  // namespace
}  // namespace furnace::worker
