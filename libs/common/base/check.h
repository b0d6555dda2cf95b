#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process when `condition` is false: for programmer errors only, where
/// going on could lose a job or bill it twice.
#define FURNACE_CHECK(condition)                                                         \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
