// Batches as people read them.
#pragma once

#include <string>
#include <vector>

#include "cli/rest/answer.h"

namespace furnace::cli {

/// How a batch gets on, in one line: "42 of 100 done: 40 completed, 2 failed; 8 running".
std::string BatchProgress(const Answer& batch);

/// All there is to say about a batch, as a table.
std::string DescribeBatch(const Answer& batch);

/// The jobs of a failure report, as a table.
std::string FailureTable(const std::vector<Answer>& failures);

}  // namespace furnace::cli
