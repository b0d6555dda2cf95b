#include "services/gateway/http/transcode/json_to_message.h"

#include <gtest/gtest.h>

#include "furnace/v1/endpoint_service.pb.h"
#include "furnace/v1/job_service.pb.h"
#include "furnace/v1/metering_service.pb.h"
#include "furnace/v1/project_service.pb.h"
#include "furnace/v1/worker_service.pb.h"
#include "libs/common/json/json.h"

namespace furnace::gateway::http {
namespace {

namespace v1 = furnace::v1;

template <typename Message>
absl::Status Read(std::string_view text, Message& message) {
  const absl::Status valid = json::Validate(text);
  return valid.ok() ? ReadJson(text, "", message) : valid;
}

template <typename Message>
std::string FaultOf(std::string_view text) {
  Message message;
  const absl::Status status = Read(text, message);
  EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(ReadJsonTest, RawJsonIsTakenByteForByte) {
  for (const std::string raw :
       {"1", "null", "\"\\u00e9\\n\"", "{ \"b\" : [ 1 ,\t2 ] , \"b\": 1.50 }",
        "[123456789012345678901234567890,-9223372036854775809,1e-7,1e999]", "\"\xc3\xa9\"", "{}"}) {
    v1::SubmitRequest request;
    ASSERT_TRUE(Read("{\"priority\":1,\"input\" : " + raw + "\n}", request).ok()) << raw;
    EXPECT_EQ(request.input(), raw);
  }
}

TEST(ReadJsonTest, RawJsonMayBeAnArraysElement) {
  v1::Progress progress;
  ASSERT_TRUE(Read(R"({"chunks":[ {"a":1} , 2,null]})", progress).ok());
  ASSERT_EQ(progress.chunks_size(), 3);
  EXPECT_EQ(progress.chunks(0), R"({"a":1})");
  EXPECT_EQ(progress.chunks(2), "null");
}

TEST(ReadJsonTest, NestedMessagesMapsAndArraysAreRead) {
  v1::CreateEndpointRequest request;
  ASSERT_TRUE(Read(R"({"spec":{"name":"n","gpu_types":["a","b"],"env":{"K":"V","":"é"},)"
                   R"("max_workers":0,"scaler_type":"QUEUE_DELAY"}})",
                   request)
                  .ok());
  EXPECT_EQ(request.spec().gpu_types(1), "b");
  EXPECT_EQ(request.spec().env().at(""), "é");
  EXPECT_TRUE(request.spec().has_max_workers());
  EXPECT_EQ(request.spec().scaler_type(), v1::SCALER_TYPE_QUEUE_DELAY);
}

TEST(ReadJsonTest, EnumsAreNamesWithOrWithoutPrefix) {
  v1::CreateApiKeyRequest request;
  ASSERT_TRUE(Read(R"({"role":"ROLE_ADMIN"})", request).ok());
  EXPECT_EQ(request.role(), v1::ROLE_ADMIN);
  request.Clear();
  ASSERT_TRUE(Read(R"({"role":"VIEWER"})", request).ok());
  EXPECT_EQ(request.role(), v1::ROLE_VIEWER);
}

TEST(ReadJsonTest, TimestampsAreRfc3339) {
  v1::GetUsageRequest request;
  ASSERT_TRUE(Read(R"({"start_time":"2026-01-31T13:00:00.000001+01:00",)"
                   R"("end_time":"1969-12-31T23:59:59.5Z"})",
                   request)
                  .ok());
  EXPECT_EQ(request.start_time().seconds(), 1769860800);
  EXPECT_EQ(request.start_time().nanos(), 1000);
  EXPECT_EQ(request.end_time().seconds(), -1);
  EXPECT_EQ(request.end_time().nanos(), 500'000'000);
}

TEST(ReadJsonTest, Integers64AreExact) {
  v1::WatchRequest request;
  ASSERT_TRUE(Read(R"({"after_chunk":9223372036854775807})", request).ok());
  EXPECT_EQ(request.after_chunk(), INT64_MAX);
}

TEST(ReadJsonTest, NullLeavesAFieldUnset) {
  v1::EndpointSpec spec;
  ASSERT_TRUE(Read(R"({"name":null,"gpu_types":null,"env":null,"max_workers":null})", spec).ok());
  EXPECT_FALSE(spec.has_max_workers());
  EXPECT_EQ(spec.ByteSizeLong(), 0U);
}

struct FaultCase {
  std::string name;
  std::string text;
  std::string fault;
};

class BatchFaultTest : public ::testing::TestWithParam<FaultCase> {};

TEST_P(BatchFaultTest, IsNamed) {
  EXPECT_EQ(FaultOf<v1::SubmitBatchRequest>(GetParam().text), GetParam().fault);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BatchFaultTest,
    ::testing::ValuesIn<FaultCase>({
        {"NoObject", "[]", "body: expected an object"},
        {"Null", "null", "body: expected an object"},
        {"UnknownField", R"({"job":1})", "job: unknown field"},
        {"CamelCase", R"({"endpointId":"e"})", "endpointId: unknown field"},
        {"Twice", R"({"endpoint_id":"a","endpoint_id":"a"})", "endpoint_id: given twice"},
        {"NoArray", R"({"jobs":{}})", "jobs: expected an array"},
        {"NoMessage", R"({"jobs":[1]})", "jobs[0]: expected an object"},
        {"NullInArray", R"({"jobs":[null]})", "jobs[0]: expected an object"},
        {"DeepUnknown", R"({"jobs":[{},{"x":1}]})", "jobs[1].x: unknown field"},
        {"DeepTwice", R"({"jobs":[{"input":1,"input":1}]})", "jobs[0].input: given twice"},
        {"Text", R"({"jobs":[{},{},{},{"priority":"1"}]})",
         "jobs[3].priority: expected an integer"},
        {"Fraction", R"({"jobs":[{"priority":1.5}]})", "jobs[0].priority: expected an integer"},
        {"Exponent", R"({"jobs":[{"priority":1e3}]})", "jobs[0].priority: expected an integer"},
        {"TooLarge", R"({"jobs":[{"priority":2147483648}]})",
         "jobs[0].priority: expected an integer, this is out of range"},
        {"TooSmall", R"({"jobs":[{"priority":-2147483649}]})",
         "jobs[0].priority: expected an integer, this is out of range"},
        {"Bool", R"({"jobs":[{"priority":true}]})", "jobs[0].priority: expected an integer"},
        {"NoString", R"({"endpoint_id":5})", "endpoint_id: expected a string"},
    }),
    [](const auto& test) { return test.param.name; });

class SpecFaultTest : public ::testing::TestWithParam<FaultCase> {};

TEST_P(SpecFaultTest, IsNamed) {
  EXPECT_EQ(FaultOf<v1::CreateEndpointRequest>(GetParam().text), GetParam().fault);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SpecFaultTest,
    ::testing::ValuesIn<FaultCase>({
        {"EnumNumber", R"({"spec":{"scaler_type":1}})", "spec.scaler_type: expected a string"},
        {"EnumCase", R"({"spec":{"scaler_type":"queue_delay"}})",
         "spec.scaler_type: expected one of QUEUE_DELAY, REQUEST_COUNT"},
        {"NoMap", R"({"spec":{"env":[]}})", "spec.env: expected an object"},
        {"MapValue", R"({"spec":{"env":{"A":1}}})", "spec.env.A: expected a string"},
        {"MapNull", R"({"spec":{"env":{"A":null}}})", "spec.env.A: expected a string"},
        {"MapTwice", R"({"spec":{"env":{"A":"1","A":"2"}}})", "spec.env.A: given twice"},
        {"Element", R"({"spec":{"gpu_types":["a",1]}})", "spec.gpu_types[1]: expected a string"},
        {"NullElement", R"({"spec":{"gpu_types":[null]}})", "spec.gpu_types[0]: expected a string"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(ReadJsonTest, BadTimesAreNamed) {
  constexpr char kFault[] =
      "start_time: expected a time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z";
  for (const char* time : {"yesterday", "2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T12:00:00",
                           "infinite-future", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"}) {
    EXPECT_EQ(FaultOf<v1::GetUsageRequest>(std::string(R"({"start_time":")") + time + "\"}"),
              kFault)
        << time;
  }
}

TEST(ReadJsonTest, TextEscapesAreUndone) {
  v1::CreateProjectRequest request;
  ASSERT_TRUE(Read(R"({"name":"\u00e9\"\\\ud83d\ude00"})", request).ok());
  EXPECT_EQ(request.name(), "é\"\\😀");
}

}  // namespace
}  // namespace furnace::gateway::http
