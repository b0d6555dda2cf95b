#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/print/figures.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"

namespace furnace::cli {
namespace {

struct ListOptions {
  std::string job;
  std::size_t limit = 100;
};

void BindList(CLI::App& command, ListOptions& options) {
  command.add_option("--job", options.job, "only this job");
  command.add_option("--limit", options.limit, "most entries to show")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
}

absl::StatusOr<int> List(const Session& session, const ListOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/ledger");
  target.Query("job_id", options.job);
  FURNACE_ASSIGN_OR_RETURN(const std::vector<Answer> entries,
                           FetchAll(client, target, "entries", options.limit));
  Table table(
      {"RECORDED", "KIND", "JOB", "ATTEMPT", "GPU", "GPU TIME", "PRICE", "AMOUNT", "TRANSACTION"});
  for (const Answer& entry : entries) {
    table.Add({FormatTimestamp(entry.Text("recorded_at")), entry.Text("kind"), entry.Text("job_id"),
               std::to_string(entry.Int("epoch")), entry.Text("gpu_type"),
               FormatMicros(entry.Int("gpu_time_us")), FormatNanos(entry.Int("unit_price_nanos")),
               FormatNanos(entry.Int("amount_nanos")), std::to_string(entry.Int("transaction"))});
  }
  return session.Show(JoinItems("entries", entries), table.ToString());
}

absl::StatusOr<int> Head(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer head, client.Get(Target("/v1/ledger/head")));
  return session.Show(head, fmt::format("{}:{}\n", head.Int("number"), head.Text("hash")));
}

struct AfterOptions {
  std::int64_t after = 0;
  int limit = 1'000;
};

void BindAfter(CLI::App& command, AfterOptions& options) {
  command.add_option("--after", options.after, "go on after this number")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--limit", options.limit, "most to show, 1 to 1000")
      ->check(CLI::Range(1, 1'000));
}

absl::StatusOr<Answer> Page(const Session& session, const char* path, const char* after,
                            const AfterOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target(path);
  target.Query(after, std::to_string(options.after));
  target.Query("page_size", std::to_string(options.limit));
  return client.Get(target);
}

absl::StatusOr<int> Transactions(const Session& session, const AfterOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const Answer page,
                           Page(session, "/v1/ledger/transactions", "after_number", options));
  Table table({"NUMBER", "HASH"});
  for (const Answer& item : page.Items("transactions")) {
    table.Add({std::to_string(item.Int("number")), item.Text("hash")});
  }
  return session.Show(page, table.ToString());
}

absl::StatusOr<int> Refused(const Session& session, const AfterOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const Answer page,
                           Page(session, "/v1/ledger/refused", "after_id", options));
  Table table({"ID", "REFUSED", "JOB", "ATTEMPT"});
  for (const Answer& item : page.Items("records")) {
    table.Add({std::to_string(item.Int("id")), FormatTimestamp(item.Text("refused_at")),
               item.Text("job_id"), std::to_string(item.Int("epoch"))});
  }
  return session.Show(page, table.ToString());
}

}  // namespace

void AddLedgerCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "ledger", "The project's ledger");
  AddCommand<ListOptions>(noun, session, "list", "Its entries, oldest first", BindList, List);
  AddCommand<NoOptions>(noun, session, "head",
                        "NUMBER:HASH of its end: keep it to verify receipts with", BindNothing,
                        Head);
  AddCommand<AfterOptions>(noun, session, "transactions",
                           "Its chained transactions; with --json for `audit verify --chain`",
                           BindAfter, Transactions);
  AddCommand<AfterOptions>(noun, session, "refused",
                           "Usage refused because it was known with other values", BindAfter,
                           Refused);
  AddCorrectionCommands(noun, session);
}

}  // namespace furnace::cli
