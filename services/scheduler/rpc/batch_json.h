#pragma once

#include <string>

#include "services/scheduler/domain/batch.h"

namespace furnace::scheduler::rpc {

/// A batch as REST shows it (BatchService.GetBatch), without its webhook: the body of
/// that.
std::string BatchJson(const Batch& batch);

}  // namespace furnace::scheduler::rpc
