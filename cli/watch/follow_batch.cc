#include "cli/watch/follow_batch.h"

#include <fmt/format.h>

#include "absl/time/clock.h"
#include "cli/commands/batch_view.h"
#include "libs/common/base/status.h"

namespace furnace::cli {

absl::StatusOr<Answer> FollowBatch(RestClient& client, const std::string& batch_id, bool live) {
  constexpr int kMaxFruitlessTries = 120;
  constexpr absl::Duration kEvery = absl::Milliseconds(500);
  constexpr char kEraseLine[] = "\r\x1b[K";
  for (int fruitless = 0; fruitless < kMaxFruitlessTries; ++fruitless) {
    absl::StatusOr<Answer> batch = client.Get(Target("/v1/batches").Segment(batch_id));
    if (!batch.ok() && !absl::IsUnavailable(batch.status())) return batch.status();
    if (batch.ok()) {
      fruitless = 0;
      const bool done = batch->Bool("done");
      if (live) fmt::print(stderr, "{}{}", kEraseLine, done ? "" : BatchProgress(*batch));
      if (done) return batch;
    }
    absl::SleepFor(kEvery);
  }
  return Error(absl::StatusCode::kUnavailable,
               "the gateway is away; the batch goes on: furnace batch get {}", batch_id);
}

}  // namespace furnace::cli
