#pragma once

namespace furnace::cli {

/// `furnace`: parses the command line, does what it says, prints errors, and returns
/// the exit code (exit_code.h).
int Main(int argc, char** argv);

}  // namespace furnace::cli
