#include "libs/common/postgres/connection.h"

#include <poll.h>

#include <algorithm>
#include <charconv>

#include "libs/common/base/status.h"

namespace furnace::postgres {
namespace {

std::int64_t ParseInt(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// What a message says without the value it quotes: class 22 errors are about data
// and show the parameter ('invalid input syntax for type uuid: "x"').
std::string_view WithoutValue(std::string_view sqlstate, std::string_view message) {
  if (!sqlstate.starts_with("22")) return message;
  message = message.substr(0, message.find('"'));
  return message.substr(0, message.find_last_not_of(": ") + 1);
}

absl::Status StatusOf(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
    return absl::OkStatus();
  }
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (sqlstate == nullptr) return absl::UnavailableError("postgres connection: lost");
  return Error(CodeFromSqlState(sqlstate), "postgres {}: {}", sqlstate,
               WithoutValue(sqlstate, message == nullptr ? "" : message));
}

}  // namespace

std::int64_t Rows::affected() const { return ParseInt(PQcmdTuples(result_.get())); }

bool Rows::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Rows::Text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Rows::Int(int row, int column) const { return ParseInt(Text(row, column)); }

bool Rows::Bool(int row, int column) const { return Text(row, column) == "t"; }

std::optional<absl::Time> Rows::Time(int row, int column) const {
  if (IsNull(row, column)) return std::nullopt;
  return absl::FromUnixMicros(Int(row, column));
}

absl::StatusOr<Connection> Connection::Open(const std::string& dsn) {
  Connection connection(PQconnectdb(dsn.c_str()));
  if (PQstatus(connection.connection_.get()) != CONNECTION_OK) {
    return WithDetail(absl::UnavailableError("postgres: not reachable"),
                      PQerrorMessage(connection.connection_.get()));
  }
  // What the server says besides (NOTICE: ...) is not for our stderr.
  PQsetNoticeProcessor(
      connection.connection_.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

absl::StatusOr<Rows> Connection::Exec(std::string_view sql, const std::vector<Param>& params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  std::size_t bytes = 0;
  for (const Param& param : params) {
    values.push_back(param ? param->c_str() : nullptr);
    bytes += param ? param->size() : 0;
  }
  Rows rows(PQexecParams(connection_.get(), std::string(sql).c_str(),
                         static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr,
                         /*resultFormat=*/0));
  has_grown_ = has_grown_ || std::max(bytes, PQresultMemorySize(rows.get())) > kLargeBytes;
  FURNACE_RETURN_IF_ERROR(StatusOf(rows.get()));
  return rows;
}

absl::Status Connection::ExecScript(std::string_view sql) {
  const Rows rows(PQexec(connection_.get(), std::string(sql).c_str()));
  return StatusOf(rows.get());
}

bool Connection::IsQuiet() const {
  pollfd socket = {PQsocket(connection_.get()), POLLIN, 0};
  return poll(&socket, 1, /*timeout=*/0) == 0;
}

bool Connection::InFailedTransaction() const {
  return PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
}

absl::StatusCode CodeFromSqlState(std::string_view sqlstate) {
  if (sqlstate == "57014") return absl::StatusCode::kDeadlineExceeded;
  if (sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate.starts_with("53")) {
    return absl::StatusCode::kUnavailable;
  }
  if (sqlstate == "40001" || sqlstate == "40P01") return absl::StatusCode::kAborted;
  if (sqlstate == "23505") return absl::StatusCode::kAlreadyExists;
  if (sqlstate.starts_with("23")) return absl::StatusCode::kFailedPrecondition;
  if (sqlstate.starts_with("22")) return absl::StatusCode::kInvalidArgument;
  return absl::StatusCode::kInternal;
}

Param TimeParam(std::optional<absl::Time> time) {
  if (!time) return std::nullopt;
  // Rounded down, as on the wire; PostgreSQL would round to the nearest microsecond.
  const absl::Time rounded = absl::FromUnixMicros(absl::ToUnixMicros(*time));
  return absl::FormatTime(absl::RFC3339_full, rounded, absl::UTCTimeZone());
}

std::string ArrayLiteral(const std::vector<Param>& values) {
  std::string literal = "{";
  for (const Param& value : values) {
    if (literal.size() > 1) literal.push_back(',');
    if (!value) {
      literal += "NULL";
      continue;
    }
    literal.push_back('"');
    for (const char c : *value) {
      if (c == '"' || c == '\\') literal.push_back('\\');
      literal.push_back(c);
    }
    literal.push_back('"');
  }
  literal.push_back('}');
  return literal;
}

}  // namespace furnace::postgres
