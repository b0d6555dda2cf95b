// The RunPod worker protocol's text: targets, bodies, secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/worker/http/gate.h"
#include "services/worker/http/report_body.h"
#include "services/worker/http/routes.h"

namespace furnace::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct TargetCase {
  std::string name;
  std::string target;
  std::optional<Route> route;
  std::string job_id;
};

class WorkerTargetTest : public ::testing::TestWithParam<TargetCase> {};

TEST_P(WorkerTargetTest, IsReadOrRefused) {
  const std::optional<Target> target = ParseTarget(GetParam().target);
  ASSERT_EQ(target.has_value(), GetParam().route.has_value());
  if (!target) return;
  EXPECT_EQ(target->route, *GetParam().route);
  EXPECT_EQ(target->job_id, GetParam().job_id);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WorkerTargetTest,
    ::testing::ValuesIn<TargetCase>({
        {"Take", "/v2/ep/job-take/w?gpu=x&job_in_progress=0", Route::kTake, ""},
        {"TakeBatch", "/v2/ep/job-take-batch/w?batch_size=3", Route::kTakeBatch, ""},
        {"Stop", "/v2/ep/job-stop/w?gpu=x", Route::kStop, ""},
        {"Done", "/v2/ep/job-done/w/j-1?isStream=false", Route::kDone, "j-1"},
        {"DoneEncoded", "/v2/ep/job-done/w/j%2D1", Route::kDone, "j-1"},
        {"Stream", "/v2/ep/job-stream/w/j-1?isStream=false", Route::kStream, "j-1"},
        {"Ping", "/v2/ep/ping/w?job_id=a", Route::kPing, ""},
        {"DoneWithoutJob", "/v2/ep/job-done/w", std::nullopt, ""},
        {"TakeWithJob", "/v2/ep/job-take/w/j-1", std::nullopt, ""},
        {"OtherRoute", "/v2/ep/run/w", std::nullopt, ""},
        {"OtherVersion", "/v1/ep/job-take/w", std::nullopt, ""},
        {"Short", "/v2", std::nullopt, ""},
        {"Empty", "", std::nullopt, ""},
    }),
    [](const auto& test) { return test.param.name; });

TEST(WorkerTakeTest, TellsTheBatchAndWhatIsInProgress) {
  EXPECT_EQ(JobsMax(*ParseTarget("/v2/e/job-take/w?batch_size=3")), 1u);
  EXPECT_EQ(JobsMax(*ParseTarget("/v2/e/job-take-batch/w?batch_size=3")), 3u);
  EXPECT_EQ(JobsMax(*ParseTarget("/v2/e/job-take-batch/w?batch_size=-1")), 1u);
  EXPECT_EQ(JobsMax(*ParseTarget("/v2/e/job-take-batch/w?batch_size=99999")), kBatchMax);
  const auto in_progress = [](const char* target) {
    return ToTakeRequest(*ParseTarget(target), "").in_progress;
  };
  EXPECT_EQ(in_progress("/v2/e/job-take/w?job_in_progress=0"), false);
  EXPECT_EQ(in_progress("/v2/e/job-take/w?job_in_progress=1"), true);
  EXPECT_EQ(in_progress("/v2/e/job-take/w"), std::nullopt);
  const Target take = *ParseTarget("/v2/e/job-take/w");
  EXPECT_TRUE(ToTakeRequest(take, "RunPod-Python-SDK/1.12.0 (Linux)").asks_for_free_slots);
  EXPECT_TRUE(ToTakeRequest(take, "RunPod-Python-SDK/unknown").asks_for_free_slots);
  EXPECT_FALSE(ToTakeRequest(take, "curl/8").asks_for_free_slots);
}

TEST(WorkerPingTest, ListsJobs) {
  EXPECT_THAT(PingedJobs(*ParseTarget("/v2/e/ping/w?job_id=a%2Cb")), ElementsAre("a", "b"));
  EXPECT_THAT(PingedJobs(*ParseTarget("/v2/e/ping/w?gpu=x")), IsEmpty());
}

TEST(WorkerPingTest, MayComplain) {
  const auto complaint = ComplaintIn(
      *ParseTarget("/v2/e/ping/w?gpu=x&status=unhealthy&check=memory&reason=2+GB%20of%204"));
  ASSERT_TRUE(complaint.has_value());
  EXPECT_EQ(complaint->check, "memory");
  EXPECT_EQ(complaint->reason, "2 GB of 4");
  EXPECT_EQ(ComplaintIn(*ParseTarget("/v2/e/ping/w?status=unhealthy"))->reason, "");
  EXPECT_FALSE(ComplaintIn(*ParseTarget("/v2/e/ping/w?status=fine&check=x")).has_value());
}

TEST(WorkerRenderTest, InputsTravelByteForByte) {
  EXPECT_EQ(RenderJobs(Route::kTake, {{"a", R"({ "x":1.0 })"}}),
            R"({"id":"a","input":{ "x":1.0 }})");
  EXPECT_EQ(RenderJobs(Route::kTake, {{"a", ""}}), R"({"id":"a","input":null})");
  EXPECT_EQ(RenderJobs(Route::kTake, {{"a", "1", R"({"accessId":"x"})"}}),
            R"({"id":"a","input":1,"s3Config":{"accessId":"x"}})");
  EXPECT_EQ(RenderJobs(Route::kTakeBatch, {{"a", "1"}, {"b", "2"}}),
            R"([{"id":"a","input":1},{"id":"b","input":2}])");
  EXPECT_EQ(RenderJobs(Route::kTake, {{"a", "1"}, {"b", "2"}}),
            R"([{"id":"a","input":1},{"id":"b","input":2}])");
  EXPECT_EQ(RenderStops({"a", "b"}), R"({"jobsToStop":["a","b"]})");
}

struct DoneCase {
  std::string name;
  std::string body;
  std::string output;  // Or
  std::string error;
};

class WorkerDoneTest : public ::testing::TestWithParam<DoneCase> {};

TEST_P(WorkerDoneTest, BecomesAnOutcome) {
  const Report report = ParseDone(GetParam().body);
  ASSERT_TRUE(report.outcome.has_value());
  EXPECT_EQ(report.outcome->output, GetParam().output);
  EXPECT_EQ(report.outcome->error, GetParam().error);
  EXPECT_EQ(report.outcome->cause, GetParam().error.empty() ? Cause::kNone : Cause::kHandlerError);
}

INSTANTIATE_TEST_SUITE_P(Table, WorkerDoneTest,
                         ::testing::ValuesIn<DoneCase>({
                             {"Output", R"({"output": {"a": 1.0}})", R"({"a": 1.0})", ""},
                             {"Null", R"({"output":null})", "null", ""},
                             {"Missing", "{}", "null", ""},
                             {"Nested", R"({"output":{"output":1}})", R"({"output":1})", ""},
                             {"NoNumber", R"({"output":[NaN,-Infinity]})", "[null,null]", ""},
                             {"LoneSurrogate", R"({"output":"a\udc80"})", R"("a\ufffd")", ""},
                             {"Unicode", R"({"output":"é€"})", R"("é€")", ""},
                             {"Error", R"({"error":"it\nbroke"})", "", "it\nbroke"},
                             {"ErrorObject", R"({"error":{"code": 7}})", "", R"({"code": 7})"},
                             {"ErrorNumber", R"({"error":5})", "", "5"},
                             {"ErrorBesideOutput", R"({"output":1,"error":"x"})", "", "x"},
                             {"EmptyError", R"({"output":1,"error":""})", "1", ""},
                             {"NullError", R"({"output":1,"error":null})", "1", ""},
                             {"FalseError", R"({"output":1,"error":false})", "1", ""},
                             {"OtherStatus", R"({"status":"COMPLETED","output":1})", "1", ""},
                         }),
                         [](const auto& test) { return test.param.name; });

class WorkerInvalidTest : public ::testing::TestWithParam<std::string> {};

TEST_P(WorkerInvalidTest, FailsTheJob) {
  const Report report = ParseDone(GetParam());
  ASSERT_TRUE(report.outcome.has_value());
  EXPECT_EQ(report.outcome->cause, Cause::kHandlerError);
  EXPECT_THAT(report.outcome->error, StartsWith("handler returned invalid JSON: "));
}

INSTANTIATE_TEST_SUITE_P(Table, WorkerInvalidTest,
                         ::testing::Values("", "{", "nonsense", R"({"output":nan})", "[1]", "1",
                                           "{\"output\":\"\xff\"}", R"({"output":1}x)"));

TEST(WorkerReportTest, ProgressIsNoResult) {
  const Report report = ParseDone(R"({"status":"IN_PROGRESS","output":{"percent":5}})");
  EXPECT_FALSE(report.outcome.has_value());
  EXPECT_EQ(report.progress, R"({"percent":5})");
}

TEST(WorkerReportTest, AHandlerMayAskToBeReplaced) {
  EXPECT_TRUE(ParseDone(R"({"output":1,"stopPod":true})").replace_handler);
  EXPECT_TRUE(ParseDone(R"({"error":"x","stopPod":true})").replace_handler);
  EXPECT_FALSE(ParseDone(R"({"output":1,"stopPod":false})").replace_handler);
}

TEST(WorkerReportTest, AnOutputOverTheLimitFailsTheJob) {
  const std::string output = "\"" + std::string(kOutputBytesMax - 2, 'x') + "\"";
  EXPECT_EQ(ParseDone("{\"output\":" + output + "}").outcome->cause, Cause::kNone);
  EXPECT_EQ(ParseDone("{\"output\":" + output + " }").outcome->cause, Cause::kNone);
  const std::string larger = "\"x" + output.substr(1);
  EXPECT_EQ(ParseDone("{\"output\":" + larger + "}").outcome->cause, Cause::kHandlerError);
}

TEST(WorkerReportTest, TokensOfResultsAndChunksAreRead) {
  EXPECT_EQ(ParseDone(R"({"output":{"usage":{"total_tokens":7}}})").outcome->tokens, 7);
  EXPECT_EQ(ParseDone(R"({"output":{"x":NaN,"usage":{"total_tokens":7}}})").outcome->tokens, 7);
  EXPECT_EQ(ParseDone(R"({"usage":{"total_tokens":7}})").outcome->tokens, 0);
  EXPECT_EQ(ParseDone(R"({"error":{"usage":{"total_tokens":7}}})").outcome->tokens, 0);
  EXPECT_EQ(ParseStream(R"({"output":{"usage":{"total_tokens":7}}})").chunk_tokens, 7);
}

TEST(WorkerReportTest, ChunksAreUnwrapped) {
  EXPECT_EQ(ParseStream(R"({"output":{"t":1}})").chunk, R"({"t":1})");
  EXPECT_EQ(ParseStream("{}").chunk, "null");
  EXPECT_EQ(ParseStream("nonsense").chunk, std::nullopt);
}

TEST(WorkerGateTest, AdmitsTheLatestSecretOnly) {
  Gate gate;
  EXPECT_FALSE(gate.Admits(""));
  const std::string first = gate.Rotate();
  EXPECT_TRUE(gate.Admits(first));
  EXPECT_TRUE(gate.Admits("Bearer " + first));
  EXPECT_TRUE(gate.Admits("bearer " + first));
  EXPECT_FALSE(gate.Admits(first + "x"));
  EXPECT_FALSE(gate.Admits("Basic " + first));
  EXPECT_FALSE(gate.Admits(""));
  const std::string second = gate.Rotate();
  EXPECT_NE(first, second);
  EXPECT_FALSE(gate.Admits(first));
  EXPECT_TRUE(gate.Admits(second));
}

}  // namespace
}  // namespace furnace::worker
