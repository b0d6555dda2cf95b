// Where payloads lie that are too large for the queue. See ports.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/scheduler/domain/job.h"

namespace furnace::scheduler {

/// Payloads too large for the queue.
class PayloadStore {
 public:
  virtual ~PayloadStore() = default;

  struct Input {
    std::string job_id;
    std::string body;
  };

  virtual absl::Status SaveInputs(const std::vector<Input>& inputs) = 0;
  /// Drops inputs; those that are not there are dropped already.
  virtual absl::Status DeleteInputs(const std::vector<std::string>& job_ids) = 0;
  virtual absl::Status SaveOutput(const LeaseId& lease, std::string body) = 0;
  /// NOT_FOUND when there is none; an output: OUT_OF_RANGE when it has more than `max_bytes`.
  virtual absl::StatusOr<std::string> LoadInput(const std::string& job_id) = 0;
  virtual absl::StatusOr<std::string> LoadOutput(const LeaseId& lease,
                                                 std::size_t max_bytes = kAnyBytes) = 0;
  static constexpr std::size_t kAnyBytes = std::numeric_limits<std::int64_t>::max();
};

}  // namespace furnace::scheduler
