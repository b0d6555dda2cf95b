#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "furnace/internal/v1/catalog_service.grpc.pb.h"
#include "furnace/internal/v1/usage_service.grpc.pb.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/server.h"

namespace furnace::scheduler {

/// The registry and metering as the scheduler calls them, on one port. Thread-safe.
class FakeSuite final : private internal::v1::CatalogService::Service,
                        private internal::v1::UsageService::Service {
 public:
  FakeSuite();

  std::string address() const { return address_; }

  /// Adds an endpoint of the project; its id.
  std::string AddEndpoint(const std::string& project_id) ABSL_LOCKS_EXCLUDED(mutex_);

  /// How many workers an endpoint keeps; before a scheduler has heard of it.
  void SetMinWorkers(const std::string& endpoint_id, int min_workers) ABSL_LOCKS_EXCLUDED(mutex_);

  /// What was recorded of workers' lifetimes, in order.
  std::vector<internal::v1::UsageRecord> Lifetimes() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// What was recorded of a job, in order.
  std::vector<internal::v1::UsageRecord> UsageOf(const std::string& job_id) const
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  grpc::Status FindEndpoint(grpc::ServerContext* context,
                            const internal::v1::FindEndpointRequest* request,
                            internal::v1::FindEndpointResponse* response) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  grpc::Status ListEndpointChanges(grpc::ServerContext* context,
                                   const internal::v1::ListEndpointChangesRequest* request,
                                   internal::v1::ListEndpointChangesResponse* response) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  grpc::Status RecordUsage(grpc::ServerContext* context,
                           const internal::v1::RecordUsageRequest* request,
                           internal::v1::RecordUsageResponse* response) override
      ABSL_LOCKS_EXCLUDED(mutex_);

  mutable Mutex mutex_;
  std::vector<v1::Endpoint> endpoints_ ABSL_GUARDED_BY(mutex_);
  std::vector<internal::v1::UsageRecord> usage_ ABSL_GUARDED_BY(mutex_);
  std::string address_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace furnace::scheduler
