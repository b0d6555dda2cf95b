// The services behind the gateway, as tests play them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "furnace/internal/v1/catalog_service.grpc.pb.h"
#include "furnace/v1/endpoint_service.grpc.pb.h"
#include "furnace/v1/fleet_service.grpc.pb.h"
#include "furnace/v1/invoice_service.grpc.pb.h"
#include "furnace/v1/job_service.grpc.pb.h"
#include "furnace/v1/metering_service.grpc.pb.h"
#include "furnace/v1/project_service.grpc.pb.h"
#include "libs/common/base/mutex.h"
#include "libs/common/rpc/server.h"

namespace furnace::gateway::testing {

inline constexpr char kToken[] = "internal-token";
inline constexpr char kViewerKey[] = "fk_viewer";
inline constexpr char kRunnerKey[] = "fk_runner";
inline constexpr char kAdminKey[] = "fk_admin";
/// The endpoint that is called "echo" in their project.
inline constexpr char kEchoId[] = "01890000-0000-7000-8000-0000000000e1";

/// A call that a service has seen.
struct SeenCall {
  std::string method;  // "Submit"
  std::map<std::string, std::string> metadata;
  std::string request;  // Serialized.
  absl::Duration time_left;
};

/// What the services have in common: they remember calls, and fail or wait on
/// demand. Thread-safe.
class Stage {
 public:
  /// Notes a call; then waits if told to, and returns the status told.
  grpc::Status Enter(grpc::ServerContext& context, const std::string& method,
                     const google::protobuf::Message& request);
  /// The two halves of Enter, for a call that answers in between.
  void See(grpc::ServerContext& context, const std::string& method,
           const google::protobuf::Message& request);
  grpc::Status Stay(grpc::ServerContext& context, const std::string& method);

  /// The next `times` calls of `method` end with `status`.
  void Fail(const std::string& method, const grpc::Status& status, int times = 1);
  /// Calls of `method` wait until Release or until they are cancelled.
  void Hold(const std::string& method);
  void Release(const std::string& method);

  std::vector<SeenCall> calls() const;
  /// The last call of `method`; waits for one.
  SeenCall Last(const std::string& method) const;
  /// Waits until `count` calls of `method` have been seen.
  void Await(const std::string& method, std::size_t count = 1) const;
  /// Waits until a call of `method` has been cancelled by its caller.
  void AwaitCancelled(const std::string& method) const;
  void NoteCancelled(const std::string& method);

 private:
  grpc::Status TakeFailure(const std::string& method);

  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::vector<SeenCall> calls_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::pair<grpc::Status, int>> failures_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, bool> held_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> cancelled_ ABSL_GUARDED_BY(mutex_);
};

/// Answers with jobs made of the request.
class FakeJobs final : public furnace::v1::JobService::Service {
 public:
  explicit FakeJobs(Stage& stage) : stage_(stage) {}

  /// What Watch sends before it ends; with `endless`, the last one again and again
  /// until the caller leaves.
  void Script(std::vector<furnace::v1::WatchResponse> messages, bool endless = false);
  /// What Get and Wait answer, and what Cancel and Redrive change.
  void Put(const furnace::v1::Job& job);

  grpc::Status Submit(grpc::ServerContext* context, const furnace::v1::SubmitRequest* request,
                      furnace::v1::SubmitResponse* response) override;
  grpc::Status SubmitBatch(grpc::ServerContext* context,
                           const furnace::v1::SubmitBatchRequest* request,
                           furnace::v1::SubmitBatchResponse* response) override;
  grpc::Status RunSync(grpc::ServerContext* context, const furnace::v1::RunSyncRequest* request,
                       furnace::v1::RunSyncResponse* response) override;
  grpc::Status Get(grpc::ServerContext* context, const furnace::v1::GetRequest* request,
                   furnace::v1::GetResponse* response) override;
  grpc::Status List(grpc::ServerContext* context, const furnace::v1::ListRequest* request,
                    furnace::v1::ListResponse* response) override;
  grpc::Status Cancel(grpc::ServerContext* context, const furnace::v1::CancelRequest* request,
                      furnace::v1::CancelResponse* response) override;
  grpc::Status Purge(grpc::ServerContext* context, const furnace::v1::PurgeRequest* request,
                     furnace::v1::PurgeResponse* response) override;
  grpc::Status Redrive(grpc::ServerContext* context, const furnace::v1::RedriveRequest* request,
                       furnace::v1::RedriveResponse* response) override;
  grpc::Status Wait(grpc::ServerContext* context, const furnace::v1::WaitRequest* request,
                    furnace::v1::WaitResponse* response) override;
  grpc::Status Watch(grpc::ServerContext* context, const furnace::v1::WatchRequest* request,
                     grpc::ServerWriter<furnace::v1::WatchResponse>* writer) override;

 private:
  /// The job that was put, with this id.
  furnace::v1::Job JobCalled(const std::string& id) const;

  Stage& stage_;
  mutable Mutex mutex_;
  std::vector<furnace::v1::WatchResponse> script_ ABSL_GUARDED_BY(mutex_);
  bool endless_ ABSL_GUARDED_BY(mutex_) = false;
  furnace::v1::Job job_ ABSL_GUARDED_BY(mutex_);
};

class FakeEndpoints final : public furnace::v1::EndpointService::Service {
 public:
  explicit FakeEndpoints(Stage& stage) : stage_(stage) {}

  grpc::Status CreateEndpoint(grpc::ServerContext* context,
                              const furnace::v1::CreateEndpointRequest* request,
                              furnace::v1::CreateEndpointResponse* response) override;
  /// Any endpoint is there.
  grpc::Status GetEndpoint(grpc::ServerContext* context,
                           const furnace::v1::GetEndpointRequest* request,
                           furnace::v1::GetEndpointResponse* response) override;

 private:
  Stage& stage_;
};

class FakeMetering final : public furnace::v1::MeteringService::Service {
 public:
  explicit FakeMetering(Stage& stage) : stage_(stage) {}

  grpc::Status GetUsage(grpc::ServerContext* context, const furnace::v1::GetUsageRequest* request,
                        furnace::v1::GetUsageResponse* response) override;

 private:
  Stage& stage_;
};

/// Every invoice as a file of one word; serves nothing else.
class FakeInvoices final : public furnace::v1::InvoiceService::Service {
 public:
  explicit FakeInvoices(Stage& stage) : stage_(stage) {}

  grpc::Status GetInvoiceDocument(grpc::ServerContext* context,
                                  const furnace::v1::GetInvoiceDocumentRequest* request,
                                  furnace::v1::Document* response) override;

 private:
  Stage& stage_;
};

/// An endpoint with three jobs and a worker; serves nothing else.
class FakeFleet final : public furnace::v1::FleetService::Service {
 public:
  explicit FakeFleet(Stage& stage) : stage_(stage) {}

  grpc::Status GetEndpointHealth(grpc::ServerContext* context,
                                 const furnace::v1::GetEndpointHealthRequest* request,
                                 furnace::v1::GetEndpointHealthResponse* response) override;

 private:
  Stage& stage_;
};

/// Knows the keys above, in project "project-1", and its endpoint "echo", and no others.
class FakeCatalog final : public furnace::internal::v1::CatalogService::Service {
 public:
  explicit FakeCatalog(Stage& stage) : stage_(stage) {}

  grpc::Status ResolveApiKey(grpc::ServerContext* context,
                             const furnace::internal::v1::ResolveApiKeyRequest* request,
                             furnace::internal::v1::ResolveApiKeyResponse* response) override;
  grpc::Status ResolveEndpointName(
      grpc::ServerContext* context,
      const furnace::internal::v1::ResolveEndpointNameRequest* request,
      furnace::internal::v1::ResolveEndpointNameResponse* response) override;

 private:
  Stage& stage_;
};

/// All of them on one port.
class FakeServices {
 public:
  FakeServices();
  ~FakeServices();

  std::string address() const;
  /// A channel to it that is connected.
  std::shared_ptr<grpc::Channel> Connect() const;

  Stage stage;
  FakeJobs jobs{stage};
  FakeEndpoints endpoints{stage};
  FakeMetering metering{stage};
  FakeInvoices invoices{stage};
  FakeFleet fleet{stage};
  FakeCatalog catalog{stage};

 private:
  std::unique_ptr<furnace::rpc::Server> server_;
};

/// SHA-256 of a key.
std::string DigestOf(const std::string& key);

}  // namespace furnace::gateway::testing
