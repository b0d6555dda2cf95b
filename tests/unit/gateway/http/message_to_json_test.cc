#include "services/gateway/http/transcode/message_to_json.h"

#include <gtest/gtest.h>

#include "furnace/internal/v1/catalog_service.pb.h"
#include "furnace/v1/endpoint_service.pb.h"
#include "furnace/v1/fleet_service.pb.h"
#include "furnace/v1/job_service.pb.h"
#include "furnace/v1/metering_service.pb.h"
#include "furnace/v1/worker_service.pb.h"

namespace furnace::gateway::http {
namespace {

namespace v1 = furnace::v1;

std::string Write(const google::protobuf::Message& message) {
  std::string out;
  WriteJson(message, out);
  return out;
}

TEST(WriteJsonTest, NumbersAreAlwaysThereAndEmptyTextIsNot) {
  EXPECT_EQ(Write(v1::Job()),
            R"({"priority":0,"attempt":0,"retry_count":0,"delay_ms":0,"execution_ms":0,)"
            R"("gpu_time_us":0,"cold_start_ms":0,"version":0,"depends_on":[],"attempts":[],)"
            R"("tags":{}})");
  EXPECT_EQ(Write(v1::Gpu()), R"({"vram_mib":0,"total":0,"available":0,"simulated":false})");
  EXPECT_EQ(Write(v1::ListGpusRequest()), "{}");
}

TEST(WriteJsonTest, ArraysAndMapsAreAlwaysThere) {
  v1::EndpointSpec spec;
  spec.set_max_workers(0);
  EXPECT_EQ(
      Write(spec),
      R"({"env":{},"gpu_types":[],"gpu_count":0,"vram_min_mib":0,"timeout_seconds":0,)"
      R"("min_workers":0,"max_workers":0,"scaler_value":0,"max_retries":0,"init_timeout_seconds":0,)"
      R"("fallback_after_seconds":0,"task_types":[],"result_retention_seconds":0})");
  EXPECT_EQ(Write(v1::SubmitBatchResponse()), R"({"job_ids":[]})");
}

TEST(WriteJsonTest, RawJsonStandsAsItIs) {
  v1::Chunk chunk;
  chunk.set_sequence(1);
  chunk.set_output("{ \"big\": 123456789012345678901234567890 }");
  EXPECT_EQ(Write(chunk), R"({"sequence":1,"output":{ "big": 123456789012345678901234567890 }})");
  v1::Progress progress;
  progress.add_chunks("1");
  progress.add_chunks("\"x\"");
  EXPECT_EQ(Write(progress), R"({"chunks":[1,"x"]})");
}

TEST(WriteJsonTest, OtherBytesAreBase64) {
  furnace::internal::v1::ResolveApiKeyRequest request;
  request.set_secret_sha256(std::string("\xff\x00\x01", 3));
  EXPECT_EQ(Write(request), R"({"secret_sha256":"/wAB"})");
}

TEST(WriteJsonTest, LargeNumbersAreExact) {
  v1::WatchRequest request;
  request.set_after_chunk(INT64_MIN);
  EXPECT_EQ(Write(request), R"({"after_chunk":-9223372036854775808})");
}

TEST(WriteJsonTest, EnumsLoseTheirPrefix) {
  v1::ListRequest request;
  request.set_status(v1::JOB_STATUS_IN_QUEUE);
  EXPECT_EQ(Write(request), R"({"status":"IN_QUEUE","page_size":0})");
  v1::GetUsageRequest usage;
  usage.add_group_by(v1::USAGE_GROUP_HOUR);
  usage.add_group_by(v1::USAGE_GROUP_UNSPECIFIED);
  usage.add_group_by(static_cast<v1::UsageGroup>(77));
  EXPECT_EQ(Write(usage), R"({"group_by":["HOUR","UNSPECIFIED",77]})");
}

TEST(WriteJsonTest, TimesAreUtcWithUpToMicroseconds) {
  v1::GetUsageRequest request;
  request.mutable_start_time()->set_seconds(1769860800);
  request.mutable_end_time()->set_seconds(1769860800);
  request.mutable_end_time()->set_nanos(120'000'999);
  EXPECT_EQ(Write(request),
            R"({"start_time":"2026-01-31T12:00:00Z","end_time":"2026-01-31T12:00:00.12Z",)"
            R"("group_by":[]})");
}

TEST(WriteJsonTest, TextIsEscapedAndMapsAreSorted) {
  v1::EndpointSpec spec;
  (*spec.mutable_env())["b"] = "\"\\\n\x01é";
  (*spec.mutable_env())["a"] = "";
  EXPECT_NE(Write(spec).find(R"("env":{"a":"","b":"\"\\\n\u0001é"})"), std::string::npos);
}

TEST(WriteJsonLineTest, IsOneLine) {
  v1::Chunk chunk;
  chunk.set_output("{\r\n \"a\": \"\\n\"\n}");
  std::string out;
  WriteJsonLine(chunk, out);
  EXPECT_EQ(out, "{\"sequence\":0,\"output\":{   \"a\": \"\\n\" }}\n");
}

}  // namespace
}  // namespace furnace::gateway::http
