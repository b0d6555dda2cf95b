#include "bench/submit_load.h"

#include <cstdio>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace furnace::bench {

/// A client's call in flight.
struct SubmitLoad::Call {
  absl::Time due;
  std::optional<grpc::ClientContext> context;
  grpc::Status status;
  v1::SubmitResponse one;
  v1::SubmitBatchResponse many;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::SubmitResponse>> one_reader;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::SubmitBatchResponse>> many_reader;
};

SubmitLoad::SubmitLoad(std::shared_ptr<grpc::Channel> channel, std::string internal_token,
                       EndpointIds ids, Options options)
    : stub_(v1::JobService::NewStub(std::move(channel))),
      call_options_{.internal_token = std::move(internal_token), .timeout = absl::Seconds(20)},
      ids_(std::move(ids)),
      options_(options) {
  caller_.project_id = ids_.project_id;
  caller_.role = v1::ROLE_RUNNER;
}

void SubmitLoad::Start(Call& call) {
  rpc::PrepareFor(call.context.emplace(), call_options_, caller_);
  if (options_.jobs == 1) {
    v1::SubmitRequest request;
    request.set_endpoint_id(ids_.endpoint_id);
    request.set_input("{}");
    call.one_reader = stub_->AsyncSubmit(&*call.context, request, &queue_);
    call.one_reader->Finish(&call.one, &call.status, &call);
  } else {
    v1::SubmitBatchRequest request;
    request.set_endpoint_id(ids_.endpoint_id);
    for (int i = 0; i < options_.jobs; ++i) request.add_jobs()->set_input("{}");
    call.many_reader = stub_->AsyncSubmitBatch(&*call.context, request, &queue_);
    call.many_reader->Finish(&call.many, &call.status, &call);
  }
}

std::int64_t SubmitLoad::RunUntil(absl::Time end) {
  std::vector<Call> calls(static_cast<std::size_t>(options_.clients));
  for (Call& call : calls) Start(call);
  std::int64_t accepted = 0;
  auto under_way = calls.size();
  void* tag = nullptr;
  bool ok = false;
  while (under_way > 0 && queue_.Next(&tag, &ok)) {
    Call& call = *static_cast<Call*>(tag);
    if (call.status.ok()) {
      accepted += options_.jobs;
    } else {
      std::fprintf(stderr, "submit: %s\n", call.status.error_message().c_str());
    }
    if (absl::Now() < end) {
      Start(call);
    } else {
      --under_way;
    }
  }
  return accepted;
}

std::vector<absl::Duration> SubmitLoad::Pace(double rate, absl::Duration length) {
  std::vector<Call> calls(static_cast<std::size_t>(rate * absl::ToDoubleSeconds(length)));
  std::vector<absl::Duration> took;
  std::thread reader([this, &took, count = calls.size()] {
    void* tag = nullptr;
    bool ok = false;
    while (took.size() < count && queue_.Next(&tag, &ok)) {
      const Call& call = *static_cast<Call*>(tag);
      took.push_back(absl::Now() - call.due);
      if (!call.status.ok())
        std::fprintf(stderr, "submit: %s\n", call.status.error_message().c_str());
    }
  });
  absl::Time due = absl::Now();
  for (Call& call : calls) {
    call.due = due += absl::Seconds(1) / rate;
    absl::SleepFor(due - absl::Now());
    Start(call);
  }
  reader.join();
  return took;
}

}  // namespace furnace::bench
