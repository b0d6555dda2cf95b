#pragma once

namespace furnace::cli {

// What `furnace` exits with; part of its interface, and told by --help.
inline constexpr int kExitOk =
    0;  // Done; of `run` and `job watch`: the job COMPLETED; of `batch run`: all did.
inline constexpr int kExitJobFailed = 1;  // The job ended otherwise.
inline constexpr int kExitUsage = 2;      // The command line or an input is wrong.
inline constexpr int kExitError = 3;      // Unreachable, refused, or any other error.

}  // namespace furnace::cli
