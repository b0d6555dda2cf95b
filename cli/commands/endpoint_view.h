#pragma once

#include <string>

#include "cli/rest/answer.h"

namespace furnace::cli {

/// An Endpoint of the API as a table for people.
std::string DescribeEndpoint(const Answer& endpoint);

/// An EndpointHealth of the API likewise.
std::string DescribeHealth(const Answer& health);

}  // namespace furnace::cli
