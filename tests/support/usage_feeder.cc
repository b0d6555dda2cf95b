// Records usage with furnace-metering as the scheduler's relay does: each call again and
// again until it is answered, so that metering may be killed meanwhile.
//
// usage: usage_feeder ADDRESS TOKEN RECORDS END_US [PROJECT]
//
// The records are the same for the same arguments: of five projects
// (00000000-0000-4000-8000-00000000000N), or of PROJECT, ending within the three hours before
// END_US, of up to two hours each, one in ten lost by the platform, some with a cold start.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>

#include "absl/time/clock.h"
#include "furnace/internal/v1/usage_service.grpc.pb.h"
#include "libs/common/base/uuid.h"
#include "libs/common/rpc/client.h"

namespace furnace {
namespace {

constexpr int kRecordsACall = 200;
constexpr absl::Duration kPatience = absl::Minutes(10);
constexpr absl::Duration kPause = absl::Milliseconds(50);
constexpr std::int64_t kHourUs = 3'600'000'000;

internal::v1::UsageRecord RecordOf(int index, std::int64_t end_us) {
  std::mt19937_64 random(static_cast<std::uint64_t>(index));
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  internal::v1::UsageRecord record;
  record.set_job_id(MakeUuid(absl::FromUnixMicros(end_us), random(), 0));
  record.set_epoch(1 + static_cast<int>(below(3)));
  record.set_project_id(fmt::format("00000000-0000-4000-8000-00000000000{}", 1 + index % 5));
  record.set_endpoint_id("00000000-0000-4000-9000-000000000001");
  record.set_worker_id("w-1");
  record.set_gpu_type(index % 3 == 0 ? "rtx4090" : "rtx4000");
  record.set_gpu_count(1 + static_cast<int>(below(4)));
  record.set_end_us(end_us - below(3 * kHourUs));
  record.set_start_us(record.end_us() - below(index % 20 == 0 ? 2 * kHourUs : 60'000'000));
  if (index % 10 == 0) record.set_cause(v1::FAILURE_CAUSE_WORKER_LOST);
  if (index % 7 == 0) record.set_cold_start_us(1 + below(30'000'000));
  return record;
}

bool Record(internal::v1::UsageService::Stub& stub, const std::string& token,
            const internal::v1::RecordUsageRequest& request) {
  const absl::Time give_up = absl::Now() + kPatience;
  while (absl::Now() < give_up) {
    grpc::ClientContext context;
    rpc::Prepare(context, {.internal_token = token});
    internal::v1::RecordUsageResponse response;
    const grpc::Status status = stub.RecordUsage(&context, request, &response);
    if (status.ok()) return true;
    if (status.error_code() == grpc::StatusCode::INVALID_ARGUMENT) return false;
    absl::SleepFor(kPause);
  }
  return false;
}

int Feed(const std::string& address, const std::string& token, int records, std::int64_t end_us,
         const std::string& project) {
  const auto stub = internal::v1::UsageService::NewStub(rpc::Dial(address));
  for (int first = 0; first < records; first += kRecordsACall) {
    internal::v1::RecordUsageRequest request;
    for (int index = first; index < std::min(first + kRecordsACall, records); ++index) {
      internal::v1::UsageRecord& record = *request.add_records();
      record = RecordOf(index, end_us);
      if (!project.empty()) record.set_project_id(project);
    }
    if (!Record(*stub, token, request)) return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace furnace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) return EXIT_FAILURE;
  return furnace::Feed(argv[1], argv[2], std::atoi(argv[3]), std::atoll(argv[4]),
                       argc == 6 ? argv[5] : "");
}
