#include "bench/job_client.h"

#include <cstdio>
#include <utility>

#include "furnace/v1/endpoint_service.grpc.pb.h"

namespace furnace::bench {

JobClient::JobClient(std::shared_ptr<grpc::Channel> channel, std::string internal_token,
                     std::string project_id, std::string endpoint_id)
    : stub_(v1::JobService::NewStub(std::move(channel))),
      options_{.internal_token = std::move(internal_token), .timeout = absl::Seconds(20)},
      endpoint_id_(std::move(endpoint_id)) {
  caller_.project_id = std::move(project_id);
  caller_.role = v1::ROLE_RUNNER;
}

std::string JobClient::Submit(const std::string& input) {
  grpc::ClientContext context;
  rpc::PrepareFor(context, options_, caller_);
  v1::SubmitRequest request;
  request.set_endpoint_id(endpoint_id_);
  request.set_input(input);
  v1::SubmitResponse response;
  const grpc::Status status = stub_->Submit(&context, request, &response);
  if (!status.ok()) std::fprintf(stderr, "submit: %s\n", status.error_message().c_str());
  return response.job().id();
}

EndpointIds CreateEndpoint(const std::string& registry_address, const std::string& internal_token,
                           const std::string& project_id, const std::string& name) {
  const auto stub = v1::EndpointService::NewStub(rpc::Dial(registry_address));
  grpc::ClientContext context;
  rpc::CallContext caller;
  caller.project_id = project_id;
  caller.role = v1::ROLE_DEVELOPER;
  rpc::PrepareFor(context, {.internal_token = internal_token}, caller);
  context.set_wait_for_ready(true);
  v1::CreateEndpointRequest request;
  // Jobs that nobody runs gather here.
  request.mutable_spec()->mutable_queue()->set_max_queued(1'000'000);
  request.mutable_spec()->set_name(name);
  request.mutable_spec()->set_image_uri("docker.io/library/none:1");
  v1::CreateEndpointResponse response;
  const grpc::Status status = stub->CreateEndpoint(&context, request, &response);
  if (!status.ok()) std::fprintf(stderr, "endpoint: %s\n", status.error_message().c_str());
  return {.project_id = project_id, .endpoint_id = response.endpoint().id()};
}

}  // namespace furnace::bench
