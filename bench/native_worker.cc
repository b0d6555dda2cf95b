#include "bench/native_worker.h"

#include <utility>

#include "absl/time/clock.h"
#include "libs/common/rpc/client.h"
#include "libs/common/rpc/worker_token.h"

namespace furnace::bench {

WorkerSession::WorkerSession(const WorkerOptions& options)
    : stub_(v1::WorkerService::NewStub(rpc::Dial(options.scheduler_address))) {
  const rpc::WorkerIdentity identity{.worker_id = options.worker_id,
                                     .endpoint_id = options.endpoint_id,
                                     .expires = absl::Now() + absl::Hours(1)};
  context_.AddMetadata("authorization",
                       "Bearer " + rpc::MintWorkerToken(options.internal_token, identity));
  context_.set_wait_for_ready(true);
  stream_ = stub_->Connect(&context_);
  v1::ConnectRequest request;
  v1::Hello& hello = *request.mutable_hello();
  hello.set_worker_id(options.worker_id);
  hello.set_endpoint_id(options.endpoint_id);
  hello.set_endpoint_revision(1);
  hello.set_gpu_type("rtx4000");
  hello.set_gpu_count(1);
  hello.set_credits(options.credits);
  stream_->Write(request);
}

WorkerSession::~WorkerSession() {
  context_.TryCancel();
  stream_->Finish();
}

NativeWorker::NativeWorker(const Options& options, OnJob on_job)
    : on_job_(std::move(on_job)), session_(options), reader_([this] { Read(); }) {}

NativeWorker::~NativeWorker() {
  session_.Cancel();
  reader_.join();
}

void NativeWorker::Read() {
  v1::ConnectResponse response;
  v1::ConnectRequest request;
  while (session_.stream().Read(&response)) {
    settled_ += response.settled().leases_size();
    const int count = response.assignments().jobs_size();
    for (int i = 0; i < count; ++i) {
      const v1::LeaseId& lease = response.assignments().jobs(i).lease();
      on_job_(lease.job_id());
      v1::Result& result = *request.mutable_result();
      *result.mutable_lease() = lease;
      result.set_output("null");
      result.set_credits(1);
      grpc::WriteOptions options;
      if (i + 1 < count) options.set_buffer_hint();
      session_.stream().Write(request, options);
    }
  }
}

}  // namespace furnace::bench
