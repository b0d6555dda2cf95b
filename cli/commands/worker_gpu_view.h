#pragma once

#include <string>
#include <vector>

#include "cli/rest/answer.h"

namespace furnace::cli {

/// The GPUs of Workers of the API and how they are, as a table for people: a row for each
/// GPU, and one for a worker that reports none.
std::string DescribeWorkerGpus(const std::vector<Answer>& workers);

}  // namespace furnace::cli
