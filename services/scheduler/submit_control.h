#pragma once

#include "absl/status/status.h"
#include "libs/common/base/clock.h"
#include "libs/common/redis/client.h"
#include "libs/common/rpc/client.h"
#include "services/scheduler/app/admission.h"
#include "services/scheduler/app/project_quotas.h"
#include "services/scheduler/app/request_quota.h"
#include "services/scheduler/clients/registry_quota_source.h"
#include "services/scheduler/config.h"
#include "services/scheduler/storage/redis/queue_loads.h"
#include "services/scheduler/storage/redis/request_counts.h"

namespace furnace::scheduler {

/// Limits and quotas, wired: what keeps jobs from being submitted.
class SubmitControl {
 public:
  SubmitControl(const Config& config, redis::Client& redis, const QueueScripts& scripts,
                EndpointCatalog& catalog, const Clock& clock)
      : loads_(redis, scripts, config.shards),
        counts_(redis, scripts, config.shards),
        source_(furnace::rpc::Dial(config.registry_address),
                {.internal_token = config.internal_token}),
        quotas_(source_),
        admission_(loads_, catalog, config.admission, &quotas_),
        requests_(quotas_, counts_, clock) {}

  ProjectQuotas& quotas() { return quotas_; }
  Admission& admission() { return admission_; }
  RequestQuota& requests() { return requests_; }

 private:
  RedisQueueLoads loads_;
  RedisRequestCounts counts_;
  RegistryQuotaSource source_;
  ProjectQuotas quotas_;
  Admission admission_;
  RequestQuota requests_;
};

}  // namespace furnace::scheduler
