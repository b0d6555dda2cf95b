// Inputs that refer to the outputs of other jobs: an object
//   {"$output": "<job>", "pointer": "<RFC 6901>"}
// with no other members stands for that part of the job's output; without a pointer, for
// all of it. Every other object is what it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/scheduler/app/job_reader.h"

namespace furnace::scheduler {

/// References in one input.
inline constexpr std::size_t kMaxReferences = 100;

/// Bytes of an input with the outputs in it.
inline constexpr std::size_t kMaxAssembledBytes = 10 << 20;

/// A reference, as the text [begin, end) of an input says it.
struct OutputReference {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string source;   // Id of the job, or its name in a graph.
  std::string pointer;  // Empty: all of its output.
};

/// The references in `input`, which is valid JSON. INVALID_ARGUMENT for a pointer that is
/// none, or more than kMaxReferences.
absl::StatusOr<std::vector<OutputReference>> FindReferences(std::string_view input);

/// INVALID_ARGUMENT unless every source is one of `allowed`.
absl::Status CheckSources(const std::vector<OutputReference>& references,
                          const std::vector<std::string>& allowed);

/// `input` with the text of each reference replaced by the one at its place in `texts`.
std::string Replace(std::string_view input, const std::vector<OutputReference>& references,
                    const std::vector<std::string>& texts);

/// `input` with the outputs of the project's jobs in the place of the references to them;
/// null for what an output does not have, and for a job that is not COMPLETED. Blocks.
///
/// OUT_OF_RANGE when it gets longer than kMaxAssembledBytes; errors of the reader, but
/// NOT_FOUND.
absl::StatusOr<std::string> InsertOutputs(std::string_view input, const std::string& project_id,
                                          JobReader& reader);

}  // namespace furnace::scheduler
