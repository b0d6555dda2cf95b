#include "services/worker/domain/outcome.h"

#include "services/worker/domain/text.h"

namespace furnace::worker {

Outcome Failure(Cause cause, std::string_view error) {
  Outcome outcome;
  outcome.cause = cause;
  outcome.error = CleanUtf8(error, kErrorBytesMax);
  return outcome;
}

}  // namespace furnace::worker
