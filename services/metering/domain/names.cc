#include "services/metering/domain/names.h"

#include <array>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

template <typename Value>
using Name = std::pair<Value, std::string_view>;

constexpr std::array<Name<Cause>, 7> kCauses = {{{Cause::kNone, "none"},
                                                 {Cause::kHandlerError, "handler_error"},
                                                 {Cause::kHandlerExited, "handler_exited"},
                                                 {Cause::kTimeout, "timeout"},
                                                 {Cause::kWorkerLost, "worker_lost"},
                                                 {Cause::kPlatform, "platform"},
                                                 {Cause::kBudget, "budget"}}};
constexpr std::array<Name<UsageKind>, 6> kUsageKinds = {{{UsageKind::kAttempt, "attempt"},
                                                         {UsageKind::kWorker, "worker"},
                                                         {UsageKind::kInstance, "instance"},
                                                         {UsageKind::kStorage, "storage"},
                                                         {UsageKind::kPart, "part"},
                                                         {UsageKind::kRefund, "refund"}}};
constexpr std::array<Name<Account>, 3> kAccounts = {{{Account::kCustomer, "customer"},
                                                     {Account::kRevenue, "revenue"},
                                                     {Account::kCredits, "credits"}}};
constexpr std::array<Name<EntryKind>, 7> kEntryKinds = {{{EntryKind::kGpuTime, "gpu_time"},
                                                         {EntryKind::kInvocation, "invocation"},
                                                         {EntryKind::kStorage, "storage"},
                                                         {EntryKind::kCovered, "covered"},
                                                         {EntryKind::kCredit, "credit"},
                                                         {EntryKind::kBalance, "balance"},
                                                         {EntryKind::kCorrection, "correction"}}};
constexpr std::array<Name<PriceUnit>, 4> kPriceUnits = {
    {{PriceUnit::kGpuSecond, "gpu_second"},
     {PriceUnit::kInvocation, "invocation"},
     {PriceUnit::kWarmGpuSecond, "warm_gpu_second"},
     {PriceUnit::kGbMonth, "gb_month"}}};
constexpr std::array<Name<TermKind>, 5> kTermKinds = {{{TermKind::kGraduated, "graduated"},
                                                       {TermKind::kVolume, "volume"},
                                                       {TermKind::kPackage, "package"},
                                                       {TermKind::kAllowance, "allowance"},
                                                       {TermKind::kMinimum, "minimum"}}};

template <typename Names, typename Value>
std::string_view Find(const Names& names, Value value) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) return name;
  }
  return "invalid";
}

template <typename Value, typename Names>
absl::StatusOr<Value> Parse(const Names& names, std::string_view name, std::string_view what) {
  for (const auto& [value, candidate] : names) {
    if (candidate == name) return value;
  }
  return Error(absl::StatusCode::kInternal, "unknown {} '{}'", what, name);
}

}  // namespace

std::string_view NameOf(Cause cause) { return Find(kCauses, cause); }
std::string_view NameOf(UsageKind kind) { return Find(kUsageKinds, kind); }
std::string_view NameOf(Account account) { return Find(kAccounts, account); }
std::string_view NameOf(EntryKind kind) { return Find(kEntryKinds, kind); }
std::string_view NameOf(PriceUnit unit) { return Find(kPriceUnits, unit); }
std::string_view NameOf(TermKind kind) { return Find(kTermKinds, kind); }

absl::StatusOr<Cause> ParseCause(std::string_view name) {
  return Parse<Cause>(kCauses, name, "cause");
}

absl::StatusOr<UsageKind> ParseUsageKind(std::string_view name) {
  return Parse<UsageKind>(kUsageKinds, name, "usage kind");
}

absl::StatusOr<Account> ParseAccount(std::string_view name) {
  return Parse<Account>(kAccounts, name, "account");
}

absl::StatusOr<EntryKind> ParseEntryKind(std::string_view name) {
  return Parse<EntryKind>(kEntryKinds, name, "ledger entry kind");
}

absl::StatusOr<PriceUnit> ParsePriceUnit(std::string_view name) {
  return Parse<PriceUnit>(kPriceUnits, name, "price unit");
}

absl::StatusOr<TermKind> ParseTermKind(std::string_view name) {
  return Parse<TermKind>(kTermKinds, name, "kind of term");
}

}  // namespace furnace::metering
