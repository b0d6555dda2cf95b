#include "tests/support/worker/fake_scheduler.h"

#include <fmt/format.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/time/clock.h"
#include "libs/common/base/check.h"
#include "libs/common/rpc/call_context.h"
#include "libs/common/rpc/keepalive.h"
#include "libs/common/rpc/server.h"

namespace furnace::worker::testing {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

furnace::v1::LeaseId Lease(const std::string& job_id, int epoch) {
  furnace::v1::LeaseId lease;
  lease.set_job_id(job_id);
  lease.set_epoch(epoch);
  return lease;
}

}  // namespace

FakeScheduler::FakeScheduler(Behaviour behaviour) : behaviour_(std::move(behaviour)) { Listen(); }

FakeScheduler::~FakeScheduler() { GoAway(); }

std::string FakeScheduler::address() const { return fmt::format("127.0.0.1:{}", port_); }

void FakeScheduler::Listen() {
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(rpc::kMaxMessageBytes);
  rpc::AllowKeepalive(builder);
  // Or connections may go to the listener of before, which gRPC closes late.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address(), grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  FURNACE_CHECK(server_ != nullptr && port_ != 0);
}

void FakeScheduler::GoAway() {
  if (server_ == nullptr) return;
  server_->Shutdown(absl::ToChronoTime(absl::Now()));
  server_.reset();
}

void FakeScheduler::ComeBack() { Listen(); }

void FakeScheduler::Settles(bool settles) {
  MutexLock lock(mutex_);
  behaviour_.settles = settles;
}

void FakeScheduler::Disconnect() {
  MutexLock lock(mutex_);
  if (context_ != nullptr) context_->TryCancel();
  stream_ = nullptr;
}

grpc::Status FakeScheduler::Connect(grpc::ServerContext* context, Stream* stream) {
  Request request;
  if (!stream->Read(&request) || !request.has_hello()) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "no Hello"};
  }
  {
    MutexLock lock(mutex_);
    tokens_.push_back(rpc::MetadataOf(*context, "authorization"));
    if (!behaviour_.refusal.ok()) return behaviour_.refusal;
    stream_ = stream;
    context_ = context;
    Response welcome;
    welcome.mutable_welcome()->set_lease_ms(15'000);
    welcome.mutable_welcome()->set_heartbeat_ms(behaviour_.heartbeat_ms);
    stream->Write(welcome);
  }
  do {
    OnRequest(request);
  } while (stream->Read(&request));
  MutexLock lock(mutex_);
  if (stream_ == stream) stream_ = nullptr;
  if (context_ == context) context_ = nullptr;
  return grpc::Status::OK;
}

void FakeScheduler::OnRequest(const Request& request) {
  bool settle = false;
  {
    MutexLock lock(mutex_);
    waiting_.push_back(request);
    all_.push_back(request);
    changed_.SignalAll();
    settle = behaviour_.settles && request.has_result();
  }
  if (settle) Settle(request.result().lease().job_id(), request.result().lease().epoch());
}

FakeScheduler::Request FakeScheduler::Await(const std::function<bool(const Request&)>& matches,
                                            std::string_view what) {
  const absl::Time limit = absl::Now() + kPatience;
  MutexLock lock(mutex_);
  for (;;) {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), matches);
    if (found != waiting_.end()) {
      Request request = *found;
      waiting_.erase(found);
      return request;
    }
    if (absl::Now() >= limit) break;
    changed_.WaitFor(mutex_, limit - absl::Now());
  }
  ADD_FAILURE() << "the worker did not send " << what;
  return {};
}

FakeScheduler::Request FakeScheduler::AwaitHello() {
  return Await([](const Request& request) { return request.has_hello(); }, "Hello");
}

furnace::v1::Result FakeScheduler::AwaitResult(const std::string& job_id) {
  return Await(
             [&](const Request& request) {
               return request.has_result() &&
                      (job_id.empty() || request.result().lease().job_id() == job_id);
             },
             "Result")
      .result();
}

bool FakeScheduler::Saw(const std::function<bool(const Request&)>& matches) {
  MutexLock lock(mutex_);
  return std::any_of(all_.begin(), all_.end(), matches);
}

std::vector<std::string> FakeScheduler::Tokens() {
  MutexLock lock(mutex_);
  return tokens_;
}

void FakeScheduler::Send(const Response& response) {
  MutexLock lock(mutex_);
  if (stream_ != nullptr) stream_->Write(response);
}

void FakeScheduler::Assign(const std::string& job_id, const std::string& input, int epoch,
                           std::int64_t timeout_ms) {
  Response response;
  furnace::v1::Assignment& job = *response.mutable_assignments()->add_jobs();
  *job.mutable_lease() = Lease(job_id, epoch);
  job.set_input(input);
  job.set_timeout_ms(timeout_ms);
  Send(response);
}

void FakeScheduler::Cancel(const std::string& job_id, int epoch) {
  Response response;
  *response.mutable_cancel_job()->mutable_lease() = Lease(job_id, epoch);
  Send(response);
}

void FakeScheduler::LoseLease(const std::string& job_id, int epoch) {
  Response response;
  *response.mutable_lease_lost()->add_leases() = Lease(job_id, epoch);
  Send(response);
}

void FakeScheduler::Settle(const std::string& job_id, int epoch) {
  Response response;
  *response.mutable_settled()->add_leases() = Lease(job_id, epoch);
  Send(response);
}

void FakeScheduler::Drain() {
  Response response;
  response.mutable_drain();
  Send(response);
}

}  // namespace furnace::worker::testing
