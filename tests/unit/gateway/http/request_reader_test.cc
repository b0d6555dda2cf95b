#include "services/gateway/http/request_reader.h"

#include <gtest/gtest.h>

#include <cstring>

namespace furnace::gateway::http {
namespace {

using Progress = RequestReader::Progress;

class RequestReaderTest : public ::testing::Test {
 protected:
  void Put(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto [data, size] = reader_.Prepare();
      const std::size_t taken = std::min(size, bytes.size());
      std::memcpy(data, bytes.data(), taken);
      reader_.Commit(taken);
      bytes.remove_prefix(taken);
    }
  }

  RequestReader reader_{HeadLimits{}};
};

TEST_F(RequestReaderTest, ReadsAHead) {
  Put("\r\nPOST /a?b HTTP/1.1\r\nHost: h\r\nX-Two: 1\r\nx-two: 2\r\nContent-Length: 3\r\n\r\nabc");
  ASSERT_EQ(reader_.ReadHead(), Progress::kDone);
  EXPECT_EQ(reader_.method(), "POST");
  EXPECT_EQ(reader_.target(), "/a?b");
  EXPECT_EQ(reader_.Header("X-TWO"), "1");
  EXPECT_EQ(reader_.Header("missing"), "");
  EXPECT_TRUE(reader_.keep_alive());
  EXPECT_TRUE(reader_.has_body());
  EXPECT_EQ(reader_.content_length(), 3U);
}

TEST_F(RequestReaderTest, ReadsABodyAndLeavesWhatFollows) {
  Put("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nab");
  ASSERT_EQ(reader_.ReadHead(), Progress::kDone);
  ASSERT_EQ(reader_.LimitBody(3), Progress::kDone);
  EXPECT_EQ(reader_.ReadBody(), Progress::kNeedsMore);
  Put("cGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(reader_.ReadBody(), Progress::kDone);
  EXPECT_EQ(reader_.TakeBody(), "abc");
  reader_.Next();
  ASSERT_EQ(reader_.ReadHead(), Progress::kDone);
  EXPECT_EQ(reader_.target(), "/next");
  EXPECT_FALSE(reader_.has_body());
}

TEST_F(RequestReaderTest, ABodyAtTheLimitIsFineAndOneByteMoreIsNot) {
  Put("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  ASSERT_EQ(reader_.ReadHead(), Progress::kDone);
  ASSERT_EQ(reader_.LimitBody(3), Progress::kDone);
  EXPECT_EQ(reader_.ReadBody(), Progress::kNeedsMore);
  Put("1\r\n");
  EXPECT_EQ(reader_.ReadBody(), Progress::kFault);
  EXPECT_EQ(reader_.fault().http_status, 413);
  EXPECT_EQ(reader_.fault().text, "the request body is larger than 3 bytes");
}

TEST_F(RequestReaderTest, AnEndlessChunkHeaderIsAFault) {
  Put("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_EQ(reader_.ReadHead(), Progress::kDone);
  ASSERT_EQ(reader_.LimitBody(3), Progress::kDone);
  Progress progress = Progress::kNeedsMore;
  for (int i = 0; i < 100 && progress == Progress::kNeedsMore; ++i) {
    Put(std::string(4096, '0'));
    progress = reader_.ReadBody();
  }
  EXPECT_EQ(progress, Progress::kFault);
}

TEST_F(RequestReaderTest, EndlessTrailersAreAFault) {
  Put("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  ASSERT_EQ(reader_.ReadHead(), Progress::kDone);
  ASSERT_EQ(reader_.LimitBody(3), Progress::kDone);
  Progress progress = Progress::kNeedsMore;
  for (int i = 0; i < 100'000 && progress == Progress::kNeedsMore; ++i) {
    Put("X: y\r\n");
    progress = reader_.ReadBody();
  }
  EXPECT_EQ(progress, Progress::kFault);
}

TEST_F(RequestReaderTest, TrickledHeadersCountTogether) {
  Put("GET / HTTP/1.1\r\n");
  Progress progress = Progress::kNeedsMore;
  int headers = 0;
  for (; progress == Progress::kNeedsMore && headers < 100'000; ++headers) {
    Put("X: y\r\n");
    progress = reader_.ReadHead();
  }
  EXPECT_EQ(progress, Progress::kFault);
  EXPECT_EQ(reader_.fault().http_status, 431);
  EXPECT_LT(headers, 6000);
}

TEST_F(RequestReaderTest, AnUpgradeKeepsItsHeadAndWhatFollows) {
  const std::string head =
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  Put(head + "frame");
  ASSERT_EQ(reader_.ReadHead(), Progress::kDone);
  EXPECT_TRUE(reader_.is_upgrade());
  EXPECT_EQ(reader_.raw_head(), head);
  EXPECT_EQ(reader_.TakeBuffered(), "frame");
}

TEST_F(RequestReaderTest, NothingIsSaidOfAHeadThatIsNotThere) {
  Put("POST / HTTP/1.1\r\nContent-Length: 5\r\n");
  EXPECT_EQ(reader_.ReadHead(), Progress::kNeedsMore);
  EXPECT_FALSE(reader_.has_body());
  EXPECT_FALSE(reader_.keep_alive());
  EXPECT_FALSE(reader_.is_upgrade());
}

}  // namespace
}  // namespace furnace::gateway::http
