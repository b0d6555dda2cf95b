#include "services/metering/storage/postgres/names.h"

#include "libs/common/base/status.h"

namespace furnace::metering {

std::string NameOf(Cause cause) {
  switch (cause) {
    case Cause::kNone: return "none";
    case Cause::kHandlerError: return "handler_error";
    case Cause::kHandlerExited: return "handler_exited";
    case Cause::kTimeout: return "timeout";
    case Cause::kWorkerLost: return "worker_lost";
    case Cause::kPlatform: return "platform";
  }
  return "invalid";
}

std::string NameOf(Account account) {
  switch (account) {
    case Account::kCustomer: return "customer";
    case Account::kRevenue: return "revenue";
    case Account::kCredits: return "credits";
  }
  return "invalid";
}

std::string NameOf(EntryKind kind) {
  switch (kind) {
    case EntryKind::kGpuTime: return "gpu_time";
    case EntryKind::kInvocation: return "invocation";
    case EntryKind::kCredit: return "credit";
    case EntryKind::kBalance: return "balance";
  }
  return "invalid";
}

absl::StatusOr<Cause> ParseCause(std::string_view name) {
  for (const Cause cause : {Cause::kNone, Cause::kHandlerError, Cause::kHandlerExited,
                            Cause::kTimeout, Cause::kWorkerLost, Cause::kPlatform}) {
    if (NameOf(cause) == name) return cause;
  }
  return Error(absl::StatusCode::kInternal, "unknown cause '{}'", name);
}

absl::StatusOr<EntryKind> ParseEntryKind(std::string_view name) {
  for (const EntryKind kind :
       {EntryKind::kGpuTime, EntryKind::kInvocation, EntryKind::kCredit, EntryKind::kBalance}) {
    if (NameOf(kind) == name) return kind;
  }
  return Error(absl::StatusCode::kInternal, "unknown ledger entry kind '{}'", name);
}

absl::StatusOr<PriceUnit> ParsePriceUnit(std::string_view name) {
  if (name == "gpu_second") return PriceUnit::kGpuSecond;
  if (name == "invocation") return PriceUnit::kInvocation;
  return Error(absl::StatusCode::kInternal, "unknown price unit '{}'", name);
}

}  // namespace furnace::metering
