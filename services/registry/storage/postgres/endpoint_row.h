// Between an Endpoint and its row in registry.furnace_endpoints.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/postgres/connection.h"
#include "services/registry/domain/endpoint.h"

namespace furnace::registry {

/// The parameters of put_endpoint.sql.
std::vector<postgres::Param> PutEndpointParams(const Endpoint& endpoint, std::int64_t change);

/// A row of select_endpoint.sql and its like. INTERNAL when it holds what this
/// build does not know.
absl::StatusOr<Endpoint> ReadEndpoint(const postgres::Rows& rows, int row);

/// The change number in such a row.
std::int64_t ReadChange(const postgres::Rows& rows, int row);

}  // namespace furnace::registry
