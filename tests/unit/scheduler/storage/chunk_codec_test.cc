#include "services/scheduler/storage/chunk_codec.h"

#include <gtest/gtest.h>

namespace furnace::scheduler {
namespace {

TEST(ChunkCodecTest, AChunkComesBackAsItWas) {
  for (const Chunk& chunk : {Chunk{1, "\"a\""}, Chunk{2'147'483'647, "{\"a\":1}"}, Chunk{12, "7"},
                             Chunk{3, "1:2"}, Chunk{4, ""}}) {
    EXPECT_EQ(DecodeChunk(EncodeChunk(chunk)), chunk) << chunk.body;
  }
}

TEST(ChunkCodecTest, TextWithoutAnAttemptIsTheChunk) {
  for (const char* text : {"", "7", "-7", "[1]", "\"1:2\"", "null", " 1:2", "99999999999:1"}) {
    EXPECT_EQ(DecodeChunk(text), (Chunk{0, text})) << text;
  }
}

}  // namespace
}  // namespace furnace::scheduler
