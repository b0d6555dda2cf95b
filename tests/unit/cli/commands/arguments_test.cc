#include <gtest/gtest.h>

#include "cli/commands/commands.h"

namespace furnace::cli {
namespace {

// The parser as `furnace` builds it. Whether the words are a command.
bool Parses(const std::string& words) {
  CLI::App app("furnace");
  Session session;
  app.require_subcommand(1);
  app.add_option("--url", session.settings.url);
  app.add_flag("--json", session.settings.json);
  app.fallthrough();
  AddDevCommand(app, session);
  AddEndpointCommands(app, session);
  AddRunCommand(app, session);
  AddJobCommands(app, session);
  AddDeadLetterCommands(app, session);
  AddQueueCommands(app, session);
  AddGraphCommands(app, session);
  AddWorkerCommands(app, session);
  AddGpuCommands(app, session);
  AddUsageCommand(app, session);
  AddProjectCommands(app, session);
  AddKeyCommands(app, session);
  try {
    app.parse(words);
  } catch (const CLI::ParseError&) {
    return false;
  }
  return session.action != nullptr;
}

struct ArgumentCase {
  const char* name;
  const char* words;
  bool parses;
};

class ArgumentsTest : public testing::TestWithParam<ArgumentCase> {};

TEST_P(ArgumentsTest, AreUnderstoodOrRefused) {
  EXPECT_EQ(Parses(GetParam().words), GetParam().parses) << GetParam().words;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ArgumentsTest,
    testing::ValuesIn<ArgumentCase>({
        {"Nothing", "", false},
        {"UnknownCommand", "fly", false},
        {"NounAlone", "endpoint", false},
        {"List", "endpoint list", true},
        {"Graph", "graph run @graph.json", true},
        {"GraphNeedsOne", "graph run", false},
        {"Parents", "run e --input 1 --depends-on a --depends-on b --on-parent-failure skip", true},
        {"UnknownParentPolicy", "run e --input 1 --on-parent-failure retry", false},
        {"GlobalFlagAfterCommand", "endpoint list --json --url http://x", true},
        {"Create", "endpoint create --name a --image b", true},
        {"CreateNeedsName", "endpoint create --image b", false},
        {"CreateNeedsImage", "endpoint create --name a", false},
        {"RepeatedOptions",
         "endpoint create --name a --image b --gpu x --gpu y --env A=1 --env B=2", true},
        {"RepeatedOptionTakesOneWordEach", "endpoint create --name a --image b --gpu x y", false},
        {"CountsAreNumbers", "endpoint create --name a --image b --gpu-count two", false},
        {"ScalerTypeInAnyCase", "endpoint create --name a --image b --scaler-type queue_delay",
         true},
        {"ScalerTypeIsOneOfTwo", "endpoint create --name a --image b --scaler-type best", false},
        {"CreateWithPolicies",
         "endpoint create --name a --image b --backoff-ms 1 --max-backoff-ms 2 --no-retry-on "
         "timeout --no-retry-on HANDLER_ERROR --head-start-ms 3 --strict-priority --ttl 4 "
         "--max-concurrency 5 --max-queued 6 --idempotency-ttl 7 --init-timeout 8",
         true},
        {"NoRetryOnACauseOfTheHandler", "endpoint create --name a --image b --no-retry-on PLATFORM",
         false},
        {"Update", "endpoint update up --image b --no-strict-priority --unset-env A --env B=1",
         true},
        {"UpdateMayChangeNothing", "endpoint update up", true},
        {"UpdateNeedsAnEndpoint", "endpoint update --image b", false},
        {"UpdateKeepsTheName", "endpoint update up --name down", false},
        {"Pause", "endpoint pause up", true},
        {"PauseNeedsAnEndpoint", "endpoint pause", false},
        {"Resume", "endpoint resume up", true},
        {"Purge", "endpoint purge up", true},
        {"DeadLetters", "dead-letter list up --limit 5", true},
        {"DeadLettersNeedAnEndpoint", "dead-letter list", false},
        {"RedriveOne", "dead-letter redrive 0190", true},
        {"RedriveAll", "dead-letter redrive --all up", true},
        {"RedriveNothing", "dead-letter redrive", false},
        {"RedriveOneOrAll", "dead-letter redrive 0190 --all up", false},
        {"RunWithOptions",
         "run up --input {} --not-before 2030-01-01T00:00:00Z --ttl 1 --timeout 2 "
         "--idempotency-key a --concurrency-key b",
         true},
        {"AckInAnyCase", "run up --input {} --ack persisted", true},
        {"AckIsOneOfTwo", "run up --input {} --ack perhaps", false},
        {"RebuildTheQueue", "queue rebuild", true},
        {"IdempotencyKeysAreNotEmpty", "run up --input {} --idempotency-key ''", false},
        {"TimesToLiveAreNumbers", "run up --input {} --ttl soon", false},
        {"Run", "run up --input - --priority 10 --no-wait --output f", true},
        {"RunNeedsInput", "run up", false},
        {"PriorityHasBounds", "run up --input {} --priority 11", false},
        {"NegativePriority", "run up --input {} --priority -10 --starts-no-worker", true},
        {"CriticalJobsStartWorkers", "run up --input {} --starts-no-worker --critical", false},
        {"JobNeedsId", "job get", false},
        {"JobsByStatus", "job list --status in_queue --limit 5", true},
        {"NoSuchStatus", "job list --status LOST", false},
        {"UsageGroups", "usage --by endpoint,hour --job j", true},
        {"NoSuchGroup", "usage --by colour", false},
        {"KeyNeedsRole", "key create --name a", false},
        {"KeyRole", "key create --name a --role viewer", true},
        {"OperatorKeysAreNotIssued", "key create --name a --role OPERATOR", false},
        {"Dev", "dev --data x --port-base 5000 --images a --images b", true},
        {"DevPortsFixedOrFree", "dev --port-base 5000 --free-ports", false},
        {"DevPortsFit", "dev --port-base 65530", false},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace furnace::cli
