#include "services/gateway/http/runpod/stream_view.h"

#include <gtest/gtest.h>

namespace furnace::gateway::http::runpod {
namespace {

namespace v1 = furnace::v1;

v1::WatchResponse News(v1::JobStatus status, std::int64_t version = 7) {
  v1::WatchResponse news;
  news.mutable_job()->set_status(status);
  news.mutable_job()->set_version(version);
  news.mutable_job()->set_attempt(2);
  return news;
}

void AddChunk(v1::WatchResponse& news, std::int64_t sequence, const std::string& output,
              int attempt = 2) {
  v1::Chunk& chunk = *news.add_chunks();
  chunk.set_sequence(sequence);
  chunk.set_output(output);
  if (attempt > 0) chunk.set_attempt(attempt);
}

std::string Written(const v1::WatchResponse& news, const StreamCursor& from = {}) {
  std::string out;
  WriteStream(news, from, out);
  return out;
}

TEST(WriteStreamTest, TheStreamIsAlwaysThere) {
  EXPECT_EQ(Written(News(v1::JOB_STATUS_IN_QUEUE)), R"({"status":"IN_QUEUE","stream":[]})");
  EXPECT_EQ(Written(News(v1::JOB_STATUS_COMPLETED)), R"({"status":"COMPLETED","stream":[]})");
}

TEST(WriteStreamTest, ChunksAreTheItemsByteForByte) {
  v1::WatchResponse news = News(v1::JOB_STATUS_IN_PROGRESS);
  AddChunk(news, 3, R"({ "a":1e400 })");
  AddChunk(news, 4, "null", 0);
  EXPECT_EQ(
      Written(news),
      R"({"status":"IN_PROGRESS","stream":[{"output":{ "a":1e400 },"sequence":3},{"output":null,"sequence":4}]})");
}

TEST(WriteStreamTest, ChunksOfAnAttemptThatWasTriedAgainAreLeftOut) {
  v1::WatchResponse news = News(v1::JOB_STATUS_IN_PROGRESS);
  AddChunk(news, 1, "1", 1);
  AddChunk(news, 2, "2");
  EXPECT_EQ(Written(news), R"({"status":"IN_PROGRESS","stream":[{"output":2,"sequence":2}]})");
}

TEST(WriteStreamTest, AFailureIsTheLastItemOnce) {
  v1::WatchResponse news = News(v1::JOB_STATUS_FAILED);
  news.mutable_job()->set_error("boom");
  EXPECT_EQ(Written(news),
            R"({"status":"FAILED","stream":[{"output":{"error":"boom"}}],"error":"boom"})");
  AddChunk(news, 1, "1");
  EXPECT_EQ(
      Written(news),
      R"({"status":"FAILED","stream":[{"output":1,"sequence":1},{"output":{"error":"boom"}}],"error":"boom"})");
  news.clear_chunks();
  const StreamCursor told = After(news, {});
  EXPECT_EQ(Written(news, told), R"({"status":"FAILED","stream":[],"error":"boom"})");
  news.mutable_job()->set_version(11);  // It was redriven, and failed again.
  EXPECT_EQ(Written(news, told),
            R"({"status":"FAILED","stream":[{"output":{"error":"boom"}}],"error":"boom"})");
}

TEST(WriteStreamTest, WhatIsNotKeptAnyMoreIsCounted) {
  v1::WatchResponse news = News(v1::JOB_STATUS_IN_PROGRESS);
  news.set_dropped(5);
  EXPECT_EQ(Written(news), R"({"status":"IN_PROGRESS","stream":[],"dropped":5})");
}

TEST(AfterTest, TheCursorStandsAtTheLastChunkVoidOnesIncluded) {
  v1::WatchResponse news = News(v1::JOB_STATUS_IN_PROGRESS);
  EXPECT_EQ(After(news, {.chunk = 4}).chunk, 4);
  AddChunk(news, 5, "1", 1);
  EXPECT_EQ(After(news, {.chunk = 4}).chunk, 5);
  EXPECT_EQ(After(news, {}).told_end, 0);
}

}  // namespace
}  // namespace furnace::gateway::http::runpod
