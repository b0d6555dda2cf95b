#include "libs/common/ledger/statement.h"

#include "libs/common/base/status.h"
#include "libs/common/ledger/amendment.h"
#include "libs/common/ledger/statement_line.h"
#include "libs/common/ledger/text_reader.h"

namespace furnace::ledger {
namespace {

// Version 2 has fields that 1 lacks.
constexpr std::int64_t kVersions = 2;

// Reads a line that is of no use here.
absl::Status Skip(TextReader& reader, std::string_view name) { return reader.Value(name).status(); }

absl::Status ReadText(TextReader& reader, std::string_view name, std::string* text) {
  FURNACE_ASSIGN_OR_RETURN(*text, reader.Value(name));
  return absl::OkStatus();
}

absl::Status ReadInteger(TextReader& reader, std::string_view name, std::int64_t* number) {
  FURNACE_ASSIGN_OR_RETURN(*number, reader.Integer(name));
  return absl::OkStatus();
}

// The fields between a record's key and its lines that prices do not depend on are skipped.
absl::Status ReadFields(TextReader& reader, Statement& statement) {
  std::int64_t version = 0;
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "furnace-usage", &version));
  if (version < 1 || version > kVersions) {
    return Error(absl::StatusCode::kInvalidArgument, "furnace-usage {}: not known here", version);
  }
  FURNACE_RETURN_IF_ERROR(ReadText(reader, "project", &statement.project_id));
  FURNACE_RETURN_IF_ERROR(ReadText(reader, "job", &statement.job_id));
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "epoch", &statement.epoch));
  FURNACE_RETURN_IF_ERROR(ReadText(reader, "kind", &statement.kind));
  FURNACE_RETURN_IF_ERROR(Skip(reader, "endpoint"));
  FURNACE_RETURN_IF_ERROR(Skip(reader, "worker"));
  FURNACE_RETURN_IF_ERROR(ReadText(reader, "gpu", &statement.gpu_type));
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "milli_gpus", &statement.milli_gpus));
  FURNACE_RETURN_IF_ERROR(Skip(reader, "vram_mib"));
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "bytes", &statement.bytes));
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "start", &statement.start_us));
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "end", &statement.end_us));
  for (const char* name : {"cause", "cold_start", "warm", "covered", "region", "tier"}) {
    FURNACE_RETURN_IF_ERROR(Skip(reader, name));
  }
  for (const char* name : {"api_key", "tokens"}) {
    if (version > 1 && reader.NextIs(name)) FURNACE_RETURN_IF_ERROR(Skip(reader, name));
  }
  while (reader.NextIs("tag")) FURNACE_RETURN_IF_ERROR(Skip(reader, "tag"));
  return absl::OkStatus();
}

// Whether the line is of time that no other line of the record is of. What takes back the charges
// of other records has credits alone.
bool CoversTime(const Statement& statement, const StatementLine& line) {
  if (statement.kind == "refund") return line.kind == "credit";
  return line.kind != "invocation" && line.kind != "credit";
}

}  // namespace

absl::StatusOr<Statement> ParseStatement(std::string_view text) {
  if (IsAmendment(text)) return ParseAmendment(text);
  Statement statement;
  TextReader reader(text);
  FURNACE_RETURN_IF_ERROR(ReadFields(reader, statement));
  while (!reader.AtEnd()) {
    FURNACE_ASSIGN_OR_RETURN(StatementLine line, ReadLine(reader));
    statement.lines.push_back(std::move(line));
  }
  return statement;
}

absl::Status CheckStatement(const Statement& statement) {
  if (statement.form != StatementForm::kUsage) return CheckAmendment(statement);
  std::int64_t covered_to_us = statement.start_us;
  for (std::size_t i = 0; i < statement.lines.size(); ++i) {
    const StatementLine& line = statement.lines[i];
    FURNACE_RETURN_IF_ERROR(CheckLine(statement, i, /*may_be_reversed=*/false));
    if (statement.kind == "refund" && line.kind != "credit") return WrongLine(i, "no credit");
    if (!CoversTime(statement, line)) continue;
    if (line.start_us != covered_to_us) return WrongLine(i, "leaves out time, or has it twice");
    covered_to_us = line.end_us;
  }
  if (covered_to_us != statement.end_us) {
    return absl::FailedPreconditionError("the lines do not cover the whole time");
  }
  return absl::OkStatus();
}

absl::StatusOr<LedgerPage> ParseLedgerPage(std::string_view text) {
  LedgerPage page;
  TextReader reader(text);
  FURNACE_RETURN_IF_ERROR(Skip(reader, "furnace-ledger"));
  FURNACE_RETURN_IF_ERROR(ReadText(reader, "project", &page.project_id));
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "number", &page.number));
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "time", &page.time_us));
  FURNACE_RETURN_IF_ERROR(Skip(reader, "reason"));
  FURNACE_RETURN_IF_ERROR(Skip(reader, "reference"));
  FURNACE_RETURN_IF_ERROR(ReadInteger(reader, "records", &page.records));
  FURNACE_ASSIGN_OR_RETURN(const std::string_view root, reader.Value("root"));
  FURNACE_ASSIGN_OR_RETURN(page.root, ParseHash(root));
  while (!reader.AtEnd()) {
    FURNACE_ASSIGN_OR_RETURN(const std::string_view value, reader.Value("entry"));
    FURNACE_ASSIGN_OR_RETURN(const std::vector<std::string_view> words, Words(value, 7));
    LedgerSum& sum = page.sums.emplace_back(
        LedgerSum{.account = std::string(words[0]), .kind = std::string(words[1])});
    FURNACE_ASSIGN_OR_RETURN(sum.amount.value, ParseInt128(words[5]));
  }
  return page;
}

absl::Status CheckLedgerPage(const LedgerPage& page) {
  AttoUsd total;
  for (const LedgerSum& sum : page.sums) {
    FURNACE_ASSIGN_OR_RETURN(total, Add(total, sum.amount));
  }
  if (total.value == 0) return absl::OkStatus();
  return absl::FailedPreconditionError("the transaction does not sum to zero");
}

}  // namespace furnace::ledger
