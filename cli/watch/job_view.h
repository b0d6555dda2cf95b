#pragma once

#include <string>

#include "absl/time/time.h"
#include "cli/rest/answer.h"

namespace furnace::cli {

/// Whether a job's status is one that never changes again.
bool IsFinal(const std::string& status);

/// What a final job came to, in one line: "COMPLETED after 4.1 s: queued 1.2 s, ...".
std::string Summary(const Answer& job, bool coloured);

/// Shows on stderr how a job goes: on a terminal one line that is redrawn, with a
/// clock; elsewhere a line for each change of state.
class JobView {
 public:
  /// `live` redraws.
  JobView(bool live, absl::Time started);

  /// The job changed.
  void ShowJob(const Answer& job, absl::Time now);
  /// The handler yielded something.
  void ShowChunk(const Answer& chunk);
  /// Time has passed.
  void Tick(absl::Time now);
  /// Something to say besides, e.g. that the connection broke.
  void Say(const std::string& text);
  /// Takes the redrawn line away.
  void Clear();

 private:
  void Draw(absl::Time now);

  const bool live_;
  const absl::Time started_;
  std::string status_;
  std::string detail_;
  int frame_ = 0;
};

}  // namespace furnace::cli
