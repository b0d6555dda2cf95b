#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace furnace::postgres {

/// One statement parameter in text form; nullopt is SQL NULL. Holds no NUL.
using Param = std::optional<std::string>;

/// The rows a statement returned. Columns are addressed in SELECT order.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, &PQclear) {}

  int size() const { return PQntuples(result_.get()); }
  bool empty() const { return size() == 0; }
  /// Rows changed by an INSERT, UPDATE or DELETE.
  std::int64_t affected() const;

  bool IsNull(int row, int column) const;
  /// Empty for NULL.
  std::string_view Text(int row, int column) const;
  /// 0 for NULL.
  std::int64_t Int(int row, int column) const;
  bool Bool(int row, int column) const;
  /// A column selected as microseconds since the Unix epoch; nullopt for NULL.
  std::optional<absl::Time> Time(int row, int column) const;

  const PGresult* get() const { return result_.get(); }

 private:
  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

/// A connection to one database. Not thread-safe; a pool lends it out.
class Connection {
 public:
  /// `dsn` is a libpq connection string. UNAVAILABLE when it does not connect.
  static absl::StatusOr<Connection> Open(const std::string& dsn);

  /// Runs one statement. Errors carry the code that CodeFromSqlState gives for
  /// the server's SQLSTATE, and never the parameters.
  absl::StatusOr<Rows> Exec(std::string_view sql, const std::vector<Param>& params);

  /// Runs a script of several statements without parameters.
  absl::Status ExecScript(std::string_view sql);

  /// False when there is something to read although nothing was asked: the server
  /// has ended the session, or is about to. One system call.
  bool IsQuiet() const;

  /// Whether a statement of the open transaction has failed: its COMMIT would be
  /// answered with success and roll back.
  bool InFailedTransaction() const;

  /// Whether a statement had parameters or rows of more than kLargeBytes: libpq keeps the room
  /// that it took for as long as the connection lives.
  bool HasGrown() const { return has_grown_; }
  static constexpr std::size_t kLargeBytes = std::size_t{8} << 20;

 private:
  explicit Connection(PGconn* connection) : connection_(connection, &PQfinish) {}

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  bool has_grown_ = false;
};

/// UNAVAILABLE for a lost connection or a server that stops or is full (class 08,
/// 53, 57P), DEADLINE_EXCEEDED for a statement timeout (57014), ABORTED for a
/// serialization failure or deadlock (40001, 40P01), ALREADY_EXISTS for a unique
/// violation (23505), FAILED_PRECONDITION for other class 23, INVALID_ARGUMENT
/// for class 22, else INTERNAL. SQLSTATEs: PostgreSQL 15 manual, appendix A.
absl::StatusCode CodeFromSqlState(std::string_view sqlstate);

/// A timestamptz parameter; nullopt gives NULL.
Param TimeParam(std::optional<absl::Time> time);

/// A text[] literal of `values`, for unnest($1::text[]); nullopt gives NULL.
std::string ArrayLiteral(const std::vector<Param>& values);

}  // namespace furnace::postgres
