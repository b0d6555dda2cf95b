#include "services/scheduler/storage/redis/scripts.h"

#include <string>
#include <string_view>

#include "services/scheduler/storage/redis/lua.h"

namespace furnace::scheduler {
namespace {

std::string Growing(std::string_view script) {
  return std::string("#!lua\n").append(lua::kQueue).append(script);
}

std::string Always(std::string_view script) {
  return std::string("#!lua flags=allow-oom\n").append(lua::kQueue).append(script);
}

}  // namespace

QueueScripts::QueueScripts()
    : submit(Growing(lua::kSubmitJobs)),
      claim(Always(lua::kClaimJobs)),
      renew(Always(lua::kRenewLeases)),
      settle(Always(lua::kSettleAttempts)),
      sweep(Always(lua::kSweepShard)),
      cancel(Always(lua::kCancelJob)),
      report(Growing(lua::kReportProgress)),
      read(Always(lua::kReadJobs)),
      forget(Always(lua::kForgetEvents)),
      survey(Always(lua::kSurveyEndpoints)),
      lead(Always(lua::kLeadShard)),
      redrive(Growing(lua::kRedriveJobs)),
      purge(Always(lua::kPurgeJobs)),
      locate(Always(lua::kLocateJob)),
      record_runs(Growing(lua::kRecordRuns)) {}

std::vector<const redis::Script*> QueueScripts::All() const {
  return {&submit, &claim,  &renew, &settle,  &sweep, &cancel, &report,     &read,
          &forget, &survey, &lead,  &redrive, &purge, &locate, &record_runs};
}

}  // namespace furnace::scheduler
