#include "services/gateway/http/runpod/stream_cursors.h"

#include <gtest/gtest.h>

namespace furnace::gateway::http::runpod {
namespace {

TEST(StreamCursorsTest, AJobStartsAtTheStartAndMovesOn) {
  StreamCursors cursors;
  EXPECT_EQ(cursors.Find("p", "j").chunk, 0);
  cursors.Advance("p", "j", {.chunk = 3});
  cursors.Advance("p", "j", {.chunk = 5, .told_end = 9});
  EXPECT_EQ(cursors.Find("p", "j").chunk, 5);
  EXPECT_EQ(cursors.Find("p", "j").told_end, 9);
}

TEST(StreamCursorsTest, AnAnswerThatComesLateTakesNothingBack) {
  StreamCursors cursors;
  cursors.Advance("p", "j", {.chunk = 5, .told_end = 9});
  cursors.Advance("p", "j", {.chunk = 3});
  EXPECT_EQ(cursors.Find("p", "j").chunk, 5);
  EXPECT_EQ(cursors.Find("p", "j").told_end, 9);
}

TEST(StreamCursorsTest, ProjectsAndJobsAreApart) {
  StreamCursors cursors;
  cursors.Advance("p", "j", {.chunk = 5});
  EXPECT_EQ(cursors.Find("q", "j").chunk, 0);
  EXPECT_EQ(cursors.Find("p", "k").chunk, 0);
}

TEST(StreamCursorsTest, WhatMakesRoomStartsAnew) {
  StreamCursors cursors(1);
  cursors.Advance("p", "a", {.chunk = 5});
  cursors.Advance("p", "b", {.chunk = 6});
  EXPECT_EQ(cursors.Find("p", "a").chunk, 0);
  EXPECT_EQ(cursors.Find("p", "b").chunk, 6);
}

}  // namespace
}  // namespace furnace::gateway::http::runpod
