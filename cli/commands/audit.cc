#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <utility>

#include "cli/commands/commands.h"
#include "cli/commands/receipt_file.h"
#include "cli/exit_code.h"
#include "cli/input.h"
#include "cli/print/table.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

struct ReceiptOptions {
  std::string job;
};

void BindReceipt(CLI::App& command, ReceiptOptions& options) {
  command.add_option("job", options.job, "the job's id")->required();
}

// Always JSON: it is for `audit verify`, by way of a file.
absl::StatusOr<int> GetReceipt(const Session& session, const ReceiptOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/receipts");
  target.Segment(options.job);
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(target));
  return session.Show(answer, fmt::format("{}\n", answer.json()));
}

struct AuditOptions {
  std::string from;
  std::string to;
};

void BindAudit(CLI::App& command, AuditOptions& options) {
  command.add_option("--from", options.from, "only what was booked from here on, RFC 3339 (all)");
  command.add_option("--to", options.to, "only what was booked before, RFC 3339 (all)");
}

// What the calls of an audit have found so far.
struct Audited {
  std::int64_t transactions = 0;
  std::int64_t records = 0;
  std::int64_t segments = 0;
  std::vector<Answer> differences;

  void Add(const Answer& page) {
    transactions += page.Int("transactions");
    records += page.Int("records");
    segments += page.Int("segments");
    const std::vector<Answer> more = page.Items("differences");
    differences.insert(differences.end(), more.begin(), more.end());
  }
};

std::string Describe(const Audited& audited) {
  std::string text;
  for (const Answer& difference : audited.differences) {
    text += fmt::format("transaction {}: {}\n", difference.Int("transaction"),
                        Printable(difference.Text("what")));
  }
  return text + fmt::format("{} transactions of {} records, {} segments: {}\n",
                            audited.transactions, audited.records, audited.segments,
                            audited.differences.empty()
                                ? "no difference"
                                : fmt::format("{} differences", audited.differences.size()));
}

absl::StatusOr<int> Audit(const Session& session, const AuditOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Audited audited;
  std::int64_t after = 0;
  bool complete = false;
  while (!complete) {
    Target target("/v1/ledger/audit");
    target.Query("start_time", options.from).Query("end_time", options.to);
    target.Query("after_number", std::to_string(after));
    FURNACE_ASSIGN_OR_RETURN(const Answer page, client.Get(target));
    audited.Add(page);
    const std::int64_t last = page.Object("last").Int("number");
    complete = page.Bool("complete") || last <= after;
    after = last;
  }
  const std::string json = fmt::format(
      R"({{"transactions":{},"records":{},"segments":{},"differences":{}}})", audited.transactions,
      audited.records, audited.segments, audited.differences.size());
  FURNACE_ASSIGN_OR_RETURN(const int shown, session.Show(json, Describe(audited)));
  return audited.differences.empty() ? shown : kExitError;
}

struct VerifyOptions {
  std::string file;
  std::vector<std::string> heads;
  std::string chain;
};

void BindVerify(CLI::App& command, VerifyOptions& options) {
  command.add_option("file", options.file, "what `furnace receipt get` printed; - for stdin")
      ->required();
  command
      .add_option("--head", options.heads,
                  "NUMBER:HASH that `furnace ledger head` printed; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--chain", options.chain,
                     "file that `furnace ledger transactions --json` printed");
}

absl::StatusOr<std::string> Load(const std::string& file) {
  return LoadInput(file == "-" ? file : "@" + file, std::cin);
}

absl::StatusOr<std::vector<ledger::ChainHead>> HeadsOf(const VerifyOptions& options) {
  std::vector<ledger::ChainHead> heads;
  for (const std::string& text : options.heads) {
    const absl::StatusOr<ledger::ChainHead> head = ParseHead(text);
    if (!head.ok()) return UsageError(fmt::format("--head: {}", ToStd(head.status().message())));
    heads.push_back(*head);
  }
  return heads;
}

absl::StatusOr<int> Verify(const Session& session, const VerifyOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(const std::string text, Load(options.file));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<ledger::Receipt> receipts, ParseReceipts(text));
  FURNACE_ASSIGN_OR_RETURN(const std::vector<ledger::ChainHead> heads, HeadsOf(options));
  std::vector<ledger::ChainLink> chain;
  if (!options.chain.empty()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string links, Load(options.chain));
    FURNACE_ASSIGN_OR_RETURN(chain, ParseChain(links));
  }
  std::string shown;
  for (const ledger::Receipt& receipt : receipts) {
    FURNACE_RETURN_IF_ERROR(VerifyAll(receipt, heads, chain));
    FURNACE_ASSIGN_OR_RETURN(const std::string description, DescribeReceipt(receipt));
    shown += description;
  }
  return session.Show(fmt::format(R"({{"valid":true,"receipts":{}}})", receipts.size()),
                      shown + fmt::format("valid: {} receipts\n", receipts.size()));
}

struct InvoiceOptions {
  std::string id;
};

void BindInvoice(CLI::App& command, InvoiceOptions& options) {
  command.add_option("ID", options.id, "the final invoice's id")->required();
}

absl::StatusOr<int> AuditInvoice(const Session& session, const InvoiceOptions& options) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Target target("/v1/invoices");
  target.Segment(options.id).Segment("audit");
  FURNACE_ASSIGN_OR_RETURN(const Answer answer, client.Get(target));
  const std::vector<std::string> differences = answer.Texts("differences");
  std::string text;
  for (const std::string& difference : differences) text += Printable(difference) + "\n";
  text += fmt::format(
      "{} lines: {}\n", answer.Int("lines"),
      differences.empty() ? "no difference" : fmt::format("{} differences", differences.size()));
  FURNACE_ASSIGN_OR_RETURN(const int shown, session.Show(answer, text));
  return differences.empty() ? shown : kExitError;
}

}  // namespace

void AddReceiptCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "receipt", "Proof of what jobs were charged");
  AddCommand<ReceiptOptions>(noun, session, "get", "A job's receipts, as JSON", BindReceipt,
                             GetReceipt);
}

void AddAuditCommands(CLI::App& app, Session& session) {
  CLI::App* const audit =
      app.add_subcommand("audit", "Make the ledger anew from the recorded usage, and compare");
  auto options = std::make_shared<AuditOptions>();
  BindAudit(*audit, *options);
  const CLI::App* const verify = AddCommand<VerifyOptions>(
      *audit, session, "verify", "Verify receipts from a file, without a server", BindVerify,
      Verify);
  const CLI::App* const invoice = AddCommand<InvoiceOptions>(
      *audit, session, "invoice", "Make a final invoice anew from the recorded usage, and compare",
      BindInvoice, AuditInvoice);
  audit->callback([&session, options, verify, invoice] {
    if (verify->parsed() || invoice->parsed()) return;
    session.action = [&session, options] { return Audit(session, *options); };
  });
}

}  // namespace furnace::cli
