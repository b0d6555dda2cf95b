#pragma once

#include <string>

#include "cli/rest/answer.h"

namespace furnace::cli {

/// An Endpoint of the API as a table for people.
std::string DescribeEndpoint(const Answer& endpoint);

}  // namespace furnace::cli
