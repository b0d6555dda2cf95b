#include "services/scheduler/storage/redis/scripts.h"

#include <string>
#include <string_view>

#include "services/scheduler/storage/redis/lua.h"

namespace furnace::scheduler {
namespace {

std::string Growing(std::string_view script) {
  return std::string("#!lua\n")
      .append(lua::kQueue)
      .append(lua::kBudgets)
      .append(lua::kTransitions)
      .append(script);
}

std::string Always(std::string_view script) {
  return std::string("#!lua flags=allow-oom\n")
      .append(lua::kQueue)
      .append(lua::kBudgets)
      .append(lua::kTransitions)
      .append(script);
}

// One that keeps lifetimes.
std::string Living(std::string_view script) {
  return Always(std::string(lua::kLives).append(script));
}

}  // namespace

QueueScripts::QueueScripts()
    : submit(Growing(lua::kSubmitJobs)),
      claim(Always(lua::kClaimJobs)),
      renew(Always(lua::kRenewLeases)),
      settle(Always(lua::kSettleAttempts)),
      sweep(Living(lua::kSweepShard)),
      cancel(Always(lua::kCancelJob)),
      report(Growing(lua::kReportProgress)),
      read(Always(lua::kReadJobs)),
      forget(Always(lua::kForgetEvents)),
      survey(Always(lua::kSurveyEndpoints)),
      lead(Always(lua::kLeadShard)),
      redrive(Growing(lua::kRedriveJobs)),
      purge(Always(lua::kPurgeJobs)),
      locate(Always(lua::kLocateJob)),
      find_missing(Always(lua::kFindMissingJobs)),
      restore(Growing(lua::kRestoreJobs)),
      weigh(Always(lua::kWeighEndpoints)),
      link(Always(lua::kLinkJobs)),
      end_parents(Always(lua::kEndParents)),
      dependents(Always(lua::kReadDependents)),
      unlinked(Always(lua::kReadUnlinked)),
      decide(Always(lua::kDecideGraph)),
      record_runs(Growing(lua::kRecordRuns)),
      read_budgets(Always(lua::kReadBudgets)),
      change_budgets(Always(lua::kChangeBudgets)),
      keep_lives(Living(lua::kKeepLives)),
      count_requests(Always(lua::kCountRequests)),
      ask_budgets(Always(lua::kAskBudgets)) {}

std::vector<const redis::Script*> QueueScripts::All() const {
  return {&submit,         &claim,      &renew,          &settle,     &sweep,       &cancel,
          &report,         &read,       &forget,         &survey,     &lead,        &redrive,
          &purge,          &locate,     &find_missing,   &restore,    &weigh,       &link,
          &end_parents,    &dependents, &unlinked,       &decide,     &record_runs, &read_budgets,
          &change_budgets, &keep_lives, &count_requests, &ask_budgets};
}

}  // namespace furnace::scheduler
