#include "services/worker/domain/gpu_peaks.h"

#include <gtest/gtest.h>

namespace furnace::worker {
namespace {

const LeaseId kA = {"a", 1};
const LeaseId kB = {"b", 1};

TEST(GpuPeaksTest, AnAttemptHasTheMostOfItsSamples) {
  GpuPeaks peaks;
  peaks.Sampled(100, {kA});
  peaks.Sampled(900, {kA, kB});
  peaks.Sampled(300, {kA, kB});
  EXPECT_EQ(peaks.Take(kA), 900);
  peaks.Sampled(400, {kB});
  EXPECT_EQ(peaks.Take(kB), 900);
}

TEST(GpuPeaksTest, AnAttemptHasNothingOfThoseBefore) {
  GpuPeaks peaks;
  peaks.Sampled(900, {kA});
  peaks.Take(kA);
  peaks.Sampled(300, {kB});
  EXPECT_EQ(peaks.Take(kB), 300);
}

TEST(GpuPeaksTest, AnAttemptOfAnotherEpochIsAnother) {
  GpuPeaks peaks;
  peaks.Sampled(900, {kA});
  peaks.Sampled(300, {{"a", 2}});
  EXPECT_EQ(peaks.Take({"a", 2}), 300);
}

TEST(GpuPeaksTest, AnAttemptShorterThanASampleHasTheLastOne) {
  GpuPeaks peaks;
  EXPECT_EQ(peaks.Take(kA), 0);
  peaks.Sampled(500, {});
  EXPECT_EQ(peaks.Take(kA), 500);
}

TEST(GpuPeaksTest, AnAttemptThatDoesNotRunAnyMoreIsForgotten) {
  GpuPeaks peaks;
  peaks.Sampled(900, {kA});
  peaks.Sampled(300, {kB});
  EXPECT_EQ(peaks.Take(kA), 300);
}

TEST(GpuPeaksTest, ANewHandlerHasNothingOfTheOneBefore) {
  GpuPeaks peaks;
  peaks.Sampled(900, {kA});
  peaks.HandlerGone();
  EXPECT_EQ(peaks.Take(kA), 0);
  EXPECT_EQ(peaks.Take(kB), 0);
}

}  // namespace
}  // namespace furnace::worker
