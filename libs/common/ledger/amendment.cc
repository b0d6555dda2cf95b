#include "libs/common/ledger/amendment.h"

#include <map>
#include <tuple>
#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/ledger/statement_line.h"
#include "libs/common/ledger/text_reader.h"

namespace furnace::ledger {
namespace {

constexpr std::string_view kCorrection = "furnace-correction ";
constexpr std::string_view kRerating = "furnace-rerating ";

absl::StatusOr<Statement> ParseCorrection(std::string_view text) {
  Statement statement{.form = StatementForm::kCorrection, .kind = "correction"};
  TextReader reader(text);
  FURNACE_RETURN_IF_ERROR(reader.Value("furnace-correction").status());
  FURNACE_ASSIGN_OR_RETURN(statement.project_id, reader.Value("project"));
  FURNACE_RETURN_IF_ERROR(reader.Value("id").status());
  FURNACE_ASSIGN_OR_RETURN(statement.job_id, reader.Value("job"));
  FURNACE_ASSIGN_OR_RETURN(statement.epoch, reader.Integer("epoch"));
  FURNACE_RETURN_IF_ERROR(reader.Value("endpoint").status());
  FURNACE_ASSIGN_OR_RETURN(statement.gpu_type, reader.Value("gpu"));
  FURNACE_RETURN_IF_ERROR(reader.Value("note").status());
  FURNACE_RETURN_IF_ERROR(reader.Value("reference").status());
  FURNACE_ASSIGN_OR_RETURN(const std::string_view amount, reader.Value("amount"));
  StatementLine& line = statement.lines.emplace_back(StatementLine{.kind = "correction"});
  FURNACE_ASSIGN_OR_RETURN(line.amount.value, ParseInt128(amount));
  if (!reader.AtEnd()) return absl::InvalidArgumentError("amount: not the last line");
  return statement;
}

absl::StatusOr<Statement> ParseRerating(std::string_view text) {
  Statement statement{.form = StatementForm::kRerating, .kind = "rerating"};
  TextReader reader(text);
  FURNACE_RETURN_IF_ERROR(reader.Value("furnace-rerating").status());
  FURNACE_ASSIGN_OR_RETURN(statement.project_id, reader.Value("project"));
  FURNACE_ASSIGN_OR_RETURN(statement.job_id, reader.Value("job"));
  FURNACE_ASSIGN_OR_RETURN(statement.epoch, reader.Integer("epoch"));
  FURNACE_RETURN_IF_ERROR(reader.Value("kind").status());
  FURNACE_RETURN_IF_ERROR(reader.Value("endpoint").status());
  FURNACE_ASSIGN_OR_RETURN(statement.gpu_type, reader.Value("gpu"));
  FURNACE_ASSIGN_OR_RETURN(statement.milli_gpus, reader.Integer("milli_gpus"));
  FURNACE_ASSIGN_OR_RETURN(statement.bytes, reader.Integer("bytes"));
  FURNACE_ASSIGN_OR_RETURN(statement.start_us, reader.Integer("start"));
  FURNACE_ASSIGN_OR_RETURN(statement.end_us, reader.Integer("end"));
  while (!reader.AtEnd()) {
    FURNACE_ASSIGN_OR_RETURN(StatementLine line, ReadLine(reader));
    statement.lines.push_back(std::move(line));
  }
  return statement;
}

}  // namespace

bool IsAmendment(std::string_view text) {
  return text.starts_with(kCorrection) || text.starts_with(kRerating);
}

absl::StatusOr<Statement> ParseAmendment(std::string_view text) {
  return text.starts_with(kCorrection) ? ParseCorrection(text) : ParseRerating(text);
}

absl::Status CheckAmendment(const Statement& statement) {
  if (statement.form == StatementForm::kCorrection) return absl::OkStatus();
  std::map<std::tuple<std::string_view, std::int64_t, std::int64_t>, Int128> net;
  for (std::size_t i = 0; i < statement.lines.size(); ++i) {
    const StatementLine& line = statement.lines[i];
    FURNACE_RETURN_IF_ERROR(CheckLine(statement, i, /*may_be_reversed=*/true));
    if (line.start_us < statement.start_us || line.end_us > statement.end_us) {
      return WrongLine(i, "of another time than the record");
    }
    net[{line.kind, line.start_us, line.end_us}] += line.quantity;
  }
  for (const auto& [what, quantity] : net) {
    if (quantity == 0) continue;
    return absl::FailedPreconditionError("what is taken back is not what is charged anew");
  }
  return absl::OkStatus();
}

}  // namespace furnace::ledger
