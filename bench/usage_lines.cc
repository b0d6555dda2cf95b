// Records usage that is given as text. bench/trace_rating.py calls it.
//
// usage: bench-usage ADDRESS TOKEN < LINES
//
// A line is: job, epoch, project, endpoint, kind (attempt or instance), GPU type, thousandths of
// a GPU, first and last microsecond.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "furnace/internal/v1/usage_service.grpc.pb.h"
#include "libs/common/rpc/client.h"

namespace furnace::bench {
namespace {

constexpr int kRecordsACall = 1'000;

internal::v1::UsageRecord RecordOf(const std::string& line) {
  std::istringstream words(line);
  std::string job, project, endpoint, kind, gpu_type;
  int epoch = 0;
  int gpu_milli = 0;
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  words >> job >> epoch >> project >> endpoint >> kind >> gpu_type >> gpu_milli >> start_us >>
      end_us;
  internal::v1::UsageRecord record;
  record.set_job_id(job);
  record.set_epoch(epoch);
  record.set_project_id(project);
  record.set_endpoint_id(endpoint);
  record.set_worker_id("trace");
  record.set_kind(kind == "instance" ? internal::v1::USAGE_KIND_INSTANCE
                                     : internal::v1::USAGE_KIND_ATTEMPT);
  record.set_gpu_type(gpu_type);
  record.set_gpu_milli(gpu_milli);
  record.set_start_us(start_us);
  record.set_end_us(end_us);
  return record;
}

// The records that were new; exits when they are refused.
int Send(internal::v1::UsageService::Stub& stub, const std::string& token,
         internal::v1::RecordUsageRequest& request) {
  if (request.records().empty()) return 0;
  grpc::ClientContext context;
  rpc::Prepare(context, {.internal_token = token, .timeout = absl::Seconds(60)});
  internal::v1::RecordUsageResponse response;
  const grpc::Status status = stub.RecordUsage(&context, request, &response);
  if (!status.ok()) {
    fmt::print(stderr, "RecordUsage: {}\n", status.error_message());
    std::exit(EXIT_FAILURE);
  }
  request.Clear();
  return response.recorded();
}

int Run(const std::string& address, const std::string& token) {
  const auto stub = internal::v1::UsageService::NewStub(rpc::Dial(address));
  internal::v1::RecordUsageRequest request;
  std::int64_t recorded = 0;
  for (std::string line; std::getline(std::cin, line);) {
    *request.add_records() = RecordOf(line);
    if (request.records_size() == kRecordsACall) recorded += Send(*stub, token, request);
  }
  recorded += Send(*stub, token, request);
  fmt::print("{}\n", recorded);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace furnace::bench

int main(int argc, char** argv) {
  if (argc != 3) return EXIT_FAILURE;
  return furnace::bench::Run(argv[1], argv[2]);
}
