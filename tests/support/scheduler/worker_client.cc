#include "tests/support/scheduler/worker_client.h"

#include <gtest/gtest.h>

#include <chrono>

namespace furnace::scheduler {

WorkerClient::WorkerClient(const std::shared_ptr<grpc::Channel>& channel, const std::string& token)
    : stub_(v1::WorkerService::NewStub(channel)) {
  if (!token.empty()) context_.AddMetadata("authorization", "Bearer " + token);
  context_.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  stream_ = stub_->Connect(&context_);
}

WorkerClient::~WorkerClient() {
  context_.TryCancel();
  v1::ConnectResponse ignored;
  while (stream_->Read(&ignored)) {
  }
}

void WorkerClient::Hello(const Options& options) {
  v1::ConnectRequest message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_worker_id(options.worker_id);
  hello.set_endpoint_id(options.endpoint_id);
  hello.set_endpoint_revision(1);
  hello.set_gpu_type("rtx4000");
  hello.set_gpu_count(1);
  hello.set_credits(options.credits);
  for (const v1::LeaseId& lease : options.leases) *hello.add_leases() = lease;
  Send(message);
}

void WorkerClient::Complete(const v1::LeaseId& lease, const std::string& output, int credits) {
  v1::ConnectRequest message;
  v1::Result& result = *message.mutable_result();
  *result.mutable_lease() = lease;
  result.set_output(output);
  result.set_credits(credits);
  Send(message);
}

void WorkerClient::Yield(const v1::LeaseId& lease, const std::string& progress,
                         const std::string& chunk) {
  v1::ConnectRequest message;
  *message.mutable_progress()->mutable_lease() = lease;
  message.mutable_progress()->set_progress(progress);
  message.mutable_progress()->add_chunks(chunk);
  Send(message);
}

v1::ConnectResponse WorkerClient::Next() {
  v1::ConnectResponse message;
  if (!stream_->Read(&message)) message.Clear();
  return message;
}

v1::Assignment WorkerClient::NextJob() {
  const v1::ConnectResponse message = Next();
  if (message.assignments().jobs_size() == 1) return message.assignments().jobs(0);
  ADD_FAILURE() << "expected one job, got: " << message.ShortDebugString();
  return {};
}

}  // namespace furnace::scheduler
