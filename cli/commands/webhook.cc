#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "cli/print/terminal.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct ListOptions {
  std::string status;
  std::string subject;
  std::size_t limit = 100;
};

void BindList(CLI::App& command, ListOptions& options) {
  constexpr std::size_t kMaxLimit = 100'000;
  command.add_option("--status", options.status, "only PENDING, DELIVERED or FAILED ones")
      ->transform(CLI::IsMember({"PENDING", "DELIVERED", "FAILED"}, CLI::ignore_case));
  command.add_option("--about", options.subject, "only those about this job or batch, by id");
  command.add_option("--limit", options.limit, "most webhooks to show (100)")
      ->check(CLI::Range(std::size_t{1}, kMaxLimit));
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  constexpr std::size_t kMaxShown = 60;
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/webhooks");
  if (!options.status.empty()) target.Query("status", options.status);
  if (!options.subject.empty()) target.Query("subject", options.subject);
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> webhooks,
                           FetchAll(client, target, "webhooks", options.limit));
  Table table({"ID", "EVENT", "CREATED AT", "STATUS", "ATTEMPTS", "NEXT AT", "URL", "LAST ERROR"});
  for (const Answer& webhook : webhooks) {
    table.Add(
        {webhook.Text("id"), webhook.Text("event"), FormatTimestamp(webhook.Text("created_at")),
         webhook.Text("status"), std::to_string(webhook.Int("attempts")),
         FormatTimestamp(webhook.Text("next_attempt_at")), webhook.Text("url").substr(0, kMaxShown),
         webhook.Text("last_error").substr(0, kMaxShown)});
  }
  return session.Show(JoinItems("webhooks", webhooks), table.ToString());
}

Target WebhookOf(const std::string& id) {
  Target target("/v1/webhooks");
  target.Segment(id);
  return target;
}

std::string Describe(const Answer& webhook) {
  Table table({"FIELD", "VALUE"});
  for (const char* field : {"id", "event", "subject", "url", "status", "last_error", "created_at",
                            "next_attempt_at", "give_up_at", "ended_at"}) {
    const std::string value = webhook.Text(field);
    if (!value.empty()) table.Add({field, value});
  }
  table.Add({"attempts", std::to_string(webhook.Int("attempts"))});
  return table.ToString();
}

struct OneOptions {
  std::string webhook;
};

void BindOne(CLI::App& command, OneOptions& options) {
  command.add_option("WEBHOOK", options.webhook, "its id")->required();
}

absl::StatusOr<int> Get(const Session& session, const OneOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer webhook, client.Get(WebhookOf(options.webhook)));
  return session.Show(webhook, Describe(webhook));
}

struct RedriveOptions {
  std::string webhook;
  bool failed = false;
};

void BindRedrive(CLI::App& command, RedriveOptions& options) {
  CLI::Option* webhook = command.add_option("WEBHOOK", options.webhook, "its id");
  command.add_flag("--failed", options.failed, "all of the project that were given up")
      ->excludes(webhook);
  command.require_option(1);
}

// A call takes a thousand. Those that are given up again meanwhile are not waited for.
absl::StatusOr<int> RedriveFailed(const Session& session) {
  constexpr int kMaxCalls = 1000;
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  std::int64_t redriven = 0;
  for (int calls = 0; calls < kMaxCalls; ++calls) {
    FURNACE_ASSIGN_OR_RETURN(const Answer answer,
                             client.Post(Target("/v1/webhooks").Segment("redrive"), "{}"));
    redriven += answer.Int("redriven");
    if (answer.Int("redriven") == 0) break;
  }
  return session.Show(fmt::format(R"({{"redriven":{}}})", redriven),
                      fmt::format("redrove {} webhooks\n", redriven));
}

absl::StatusOr<int> Redrive(const Session& session, const RedriveOptions& options) {
  if (options.failed) return RedriveFailed(session);
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer webhook,
                           client.Post(WebhookOf(options.webhook).Segment("redrive"), "{}"));
  return session.Show(webhook, fmt::format("{} is {}\n", Printable(webhook.Text("id")),
                                           Printable(webhook.Text("status"))));
}

absl::StatusOr<int> Secret(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(Target("/v1/webhooks/secret")));
  return session.Show(answer, Printable(answer.Text("secret")) + "\n");
}

}  // namespace

void AddWebhookCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "webhook", "What is posted to your receivers");
  AddCommand<ListOptions>(noun, session, "list", "List webhooks, newest first", BindList, List);
  AddCommand<OneOptions>(noun, session, "get", "Show what has become of one", BindOne, Get);
  AddCommand<RedriveOptions>(noun, session, "redrive", "Send one again, or all that failed",
                             BindRedrive, Redrive);
  AddCommand<NoOptions>(noun, session, "secret", "Show what they are signed with", BindNothing,
                        Secret);
}

}  // namespace furnace::cli
