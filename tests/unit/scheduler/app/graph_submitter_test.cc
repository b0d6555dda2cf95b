#include "services/scheduler/app/graph_submitter.h"

#include "tests/support/scheduler/fake_ports.h"
#include "tests/support/scheduler/fake_quota_source.h"
#include "tests/support/scheduler/memory_queue_loads.h"
#include "tests/support/scheduler/memory_request_counts.h"
#include "tests/support/scheduler/queue_fixture.h"

namespace furnace::scheduler {
namespace {

class GraphSubmitterTest : public QueueFixture {
 protected:
  GraphSubmitterTest() {
    other_.project_id = endpoint_.project_id;
    source_.Put(endpoint_);
    source_.Put(other_);
  }

  GraphRequest::Node Node(std::string name, std::vector<std::string> parents,
                          std::string input = "1") const {
    GraphRequest::Node node;
    node.endpoint_id = parents.empty() ? endpoint_.id : other_.id;
    node.node = {.name = std::move(name), .depends_on = std::move(parents)};
    node.item.input = std::move(input);
    return node;
  }

  absl::StatusOr<std::map<std::string, std::string>> Submit(std::vector<GraphRequest::Node> nodes) {
    return graphs_.Submit({.project_id = endpoint_.project_id, .nodes = std::move(nodes)});
  }

  // What has happened in all shards.
  std::vector<JobEvent> Events() {
    std::vector<JobEvent> all;
    for (int shard = 0; shard < kTestShards; ++shard) {
      auto events = log_.ReadEvents({shard}, 1000).value();
      all.insert(all.end(), events[shard].begin(), events[shard].end());
    }
    return all;
  }

  Endpoint other_ = AnEndpoint();
  FakeEndpointSource source_;
  EndpointCatalog catalog_{source_};
  runtime::ThreadPool blocking_{1, 100};
  Persister persister_{log_, history_, blocking_};
  MemoryQueueLoads loads_{queue_};
  Admission admission_{loads_, catalog_, {}};
  Submitter submitter_{catalog_,      queue_,    payloads_, persister_, admission_,
                       dependencies_, blocking_, clock_,    kTestShards};
  GraphSubmitter graphs_{catalog_, submitter_, dependencies_};
};

TEST_F(GraphSubmitterTest, AGraphCountsWholeAndNotAtAllWhenItIsRefused) {
  FakeQuotaSource quota_source;
  quota_source.quotas = {{endpoint_.project_id, {.max_requests_per_day = 3}}};
  ProjectQuotas quotas(quota_source);
  ASSERT_TRUE(quotas.Refresh().ok());
  MemoryRequestCounts counts(clock_);
  RequestQuota requests(quotas, counts, clock_);
  Submitter submitter(catalog_, queue_, payloads_, persister_, admission_, dependencies_, blocking_,
                      clock_, kTestShards, &requests);
  GraphSubmitter graphs(catalog_, submitter, dependencies_, &requests);
  const auto submit = [&](std::vector<GraphRequest::Node> nodes) {
    return graphs.Submit({.project_id = endpoint_.project_id, .nodes = std::move(nodes)}).status();
  };
  EXPECT_TRUE(absl::IsInvalidArgument(submit({Node("a", {"b"}), Node("b", {"a"})})));
  queue_.FailNext(QueueCall::kSubmit, absl::ResourceExhaustedError("full"));
  EXPECT_TRUE(absl::IsResourceExhausted(submit({Node("a", {}), Node("b", {"a"})})));
  EXPECT_TRUE(submit({Node("a", {}), Node("b", {"a"})}).ok());
  const absl::Status refused = submit({Node("a", {}), Node("b", {"a"})});
  EXPECT_NE(refused.message().find("max_requests_per_day"), std::string::npos) << refused;
  EXPECT_TRUE(submit({Node("a", {})}).ok());
}

TEST_F(GraphSubmitterTest, RootsRunAndTheOthersWaitForThem) {
  const auto ids = Submit({Node("c", {"a", "b"}), Node("b", {"a"}), Node("a", {})}).value();
  EXPECT_EQ(StatusOf(ids.at("a")), JobStatus::kInQueue);
  EXPECT_EQ(StatusOf(ids.at("b")), JobStatus::kWaiting);
  EXPECT_EQ(queue_.Live(ids.at("c"))->depends_on, (std::vector{ids.at("a"), ids.at("b")}));
  EXPECT_LT(ids.at("a"), ids.at("b"));
  EXPECT_LT(ids.at("b"), ids.at("c"));
  Settle(Claim().at(0).lease, Success());
  ASSERT_TRUE(dependencies_.TellDependents(ids.at("a")).ok());
  EXPECT_EQ(StatusOf(ids.at("b")), JobStatus::kInQueue);
  EXPECT_EQ(StatusOf(ids.at("c")), JobStatus::kWaiting);
}

TEST_F(GraphSubmitterTest, NamesInInputsBecomeIds) {
  const auto ids = Submit({Node("a", {}), Node("b", {"a"}, R"([{"$output":"a"},2])")}).value();
  EXPECT_EQ(queue_.Live(ids.at("b"))->input,
            R"([{"$output":")" + ids.at("a") + R"(","pointer":""},2])");
  EXPECT_TRUE(queue_.Live(ids.at("b"))->refers_to_outputs);
  EXPECT_FALSE(queue_.Live(ids.at("a"))->refers_to_outputs);
}

TEST_F(GraphSubmitterTest, ABadGraphLeavesNothing) {
  const std::string unknown = NewId();
  GraphRequest::Node lost = Node("b", {});
  lost.endpoint_id = unknown;
  const std::string large = "\"" + std::string(kInlineBytes, 'x') + "\"";
  EXPECT_EQ(Submit({Node("a", {"b"}), Node("b", {"a"})}).status().message(),
            "node 'a': depends_on: it is part of a cycle");
  EXPECT_TRUE(absl::IsNotFound(Submit({Node("a", {}, large), lost}).status()));
  EXPECT_EQ(Submit({Node("a", {}, large), Node("b", {}, R"({"$output":"a"})")}).status().message(),
            "node 'b': input: it refers to the output of \"a\", which is not in depends_on");
  EXPECT_TRUE(Events().empty());
}

TEST_F(GraphSubmitterTest, WhenOnePartCannotBeQueuedNoneRuns) {
  Endpoint full = other_;
  full.queue.max_queued = 0;
  source_.Put(full);
  const auto ids = Submit({Node("a", {}), Node("b", {"a"})});
  EXPECT_TRUE(absl::IsResourceExhausted(ids.status())) << ids.status();
  EXPECT_TRUE(Claim().empty());
  EXPECT_FALSE(Events().empty());
  for (const JobEvent& event : Events()) {
    EXPECT_EQ(StatusOf(event.job_id), JobStatus::kCancelled);
  }
}

}  // namespace
}  // namespace furnace::scheduler
