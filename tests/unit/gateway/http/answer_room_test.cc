#include "services/gateway/http/answer_room.h"

#include <gtest/gtest.h>

namespace furnace::gateway::http {
namespace {

TEST(AnswerRoomTest, AProjectHasAQuarterAndLeavesTheRestToOthers) {
  AnswerRoom room(400);
  EXPECT_TRUE(room.Take("a", 60));
  EXPECT_TRUE(room.Take("a", 40));
  EXPECT_FALSE(room.Take("a", 1));
  EXPECT_TRUE(room.Take("b", 100));
  room.GiveBack("a", 40);
  EXPECT_FALSE(room.Take("a", 41));
  EXPECT_TRUE(room.Take("a", 40));
}

TEST(AnswerRoomTest, AllTogetherHaveNoMoreThanThereIs) {
  AnswerRoom room(400);
  for (const std::string project : {"a", "b", "c", "d"}) EXPECT_TRUE(room.Take(project, 100));
  EXPECT_FALSE(room.Take("e", 1));
  room.GiveBack("d", 100);
  EXPECT_TRUE(room.Take("e", 100));
}

}  // namespace
}  // namespace furnace::gateway::http
