#include "services/scheduler/clients/registry_quota_source.h"

#include "libs/common/base/status.h"
#include "libs/common/rpc/status_mapping.h"

namespace furnace::scheduler {
namespace {

constexpr int kPage = 1000;

}  // namespace

absl::StatusOr<std::map<std::string, ProjectQuota>> RegistryQuotaSource::Quotas() {
  std::map<std::string, ProjectQuota> quotas;
  internal::v1::ListQuotasRequest request;
  request.set_limit(kPage);
  for (;;) {
    grpc::ClientContext context;
    furnace::rpc::Prepare(context, options_);
    context.set_wait_for_ready(true);  // See RegistryEndpointSource.
    internal::v1::ListQuotasResponse page;
    FURNACE_RETURN_IF_ERROR(furnace::rpc::FromGrpc(stub_->ListQuotas(&context, request, &page)));
    for (const auto& entry : page.entries()) {
      quotas[entry.project_id()] = {.max_queued_jobs = entry.quota().max_queued_jobs(),
                                    .max_concurrent_gpus = entry.quota().max_concurrent_gpus(),
                                    .max_requests_per_day = entry.quota().max_requests_per_day()};
    }
    if (page.entries_size() < kPage) return quotas;
    request.set_after_project_id(page.entries(kPage - 1).project_id());
  }
}

}  // namespace furnace::scheduler
