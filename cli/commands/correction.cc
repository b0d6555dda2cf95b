#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "absl/time/clock.h"
#include "cli/commands/commands.h"
#include "cli/commands/dollars.h"
#include "cli/print/figures.h"
#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

struct CorrectOptions {
  std::string project;
  std::string amount;
  std::string job;
  int epoch = 0;
  std::string reason;
  std::string reference;
  std::string id;
};

void BindCorrect(CLI::App& command, CorrectOptions& options) {
  command.add_option("PROJECT", options.project, "UUID of the project")->required();
  command.add_option("--amount", options.amount,
                     "dollars that it owes more; --amount=-1.50: less (all of the job's attempt)");
  command.add_option("--job", options.job, "job whose attempt it is about");
  command.add_option("--attempt", options.epoch, "which one (1)");
  command.add_option("--reason", options.reason, "why, for people")->required();
  command.add_option("--reference", options.reference, "of a ticket or the like");
  command.add_option("--id", options.id, "UUID: the same one again books nothing (a new one)");
}

void AddText(std::string& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json += fmt::format(R"(,"{}":{})", name, json::Quote(value));
}

absl::StatusOr<std::string> BodyOf(const CorrectOptions& options) {
  const std::string id = options.id.empty() ? NewUuid(absl::Now()) : options.id;
  std::string body = fmt::format(R"({{"id":{})", json::Quote(id));
  AddText(body, "project_id", options.project);
  AddText(body, "job_id", options.job);
  if (!options.job.empty()) body += fmt::format(R"(,"epoch":{})", std::max(options.epoch, 1));
  if (!options.amount.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::int64_t nanos, ParseDollars(options.amount, "--amount"));
    if (nanos == 0) return UsageError("--amount: must not be 0");
    body += fmt::format(R"(,"amount_nanos":{})", nanos);
  }
  AddText(body, "reason", options.reason);
  AddText(body, "reference", options.reference);
  return body + "}";
}

absl::StatusOr<int> Correct(const Session& session, const CorrectOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::string body, BodyOf(options));
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  FURNACE_ASSIGN_OR_RETURN(const Answer answer,
                           client.Post(Target("/v1/ledger/corrections"), body));
  return session.Show(
      answer, fmt::format("correction {}: {} in transaction {}\n", answer.Text("id"),
                          FormatNanos(answer.Int("amount_nanos")), answer.Int("transaction")));
}

struct RerateOptions {
  std::string project;
  std::string from;
  std::string to;
};

void BindRerate(CLI::App& command, RerateOptions& options) {
  command.add_option("PROJECT", options.project, "UUID of the project")->required();
  command.add_option("--from", options.from, "usage from this whole UTC hour on, RFC 3339")
      ->required();
  command.add_option("--to", options.to, "usage before this whole UTC hour, RFC 3339")->required();
}

absl::StatusOr<int> Rerate(const Session& session, const RerateOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  std::int64_t records = 0;
  std::int64_t changed = 0;
  std::int64_t nanos = 0;
  std::string token;
  do {
    std::string body = fmt::format(R"({{"project_id":{})", json::Quote(options.project));
    AddText(body, "start_time", options.from);
    AddText(body, "end_time", options.to);
    AddText(body, "page_token", token);
    FURNACE_ASSIGN_OR_RETURN(const Answer page,
                             client.Post(Target("/v1/ledger/rerate"), body + "}"));
    records += page.Int("records");
    changed += page.Int("changed");
    nanos += page.Int("difference_nanos");
    token = page.Text("next_page_token");
  } while (!token.empty());
  const std::string json = fmt::format(R"({{"records":{},"changed":{},"difference_nanos":{}}})",
                                       records, changed, nanos);
  return session.Show(json, fmt::format("{} of {} records are rated anew: {}\n", changed, records,
                                        FormatNanos(nanos)));
}

}  // namespace

void AddCorrectionCommands(CLI::App& ledger, Session& session) {
  AddCommand<CorrectOptions>(ledger, session, "correct",
                             "Book an amount, or take an attempt back (for operators)", BindCorrect,
                             Correct);
  AddCommand<RerateOptions>(ledger, session, "rerate",
                            "Rate usage again at the prices in force now (for operators)",
                            BindRerate, Rerate);
}

}  // namespace furnace::cli
