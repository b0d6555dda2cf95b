#pragma once

#include <CLI/CLI.hpp>

#include "cli/commands/endpoint_spec.h"

namespace furnace::cli {

/// Gives `command` the options that make or change a spec, all but the name; none is
/// required.
void BindSpec(CLI::App& command, EndpointOptions& options);

}  // namespace furnace::cli
