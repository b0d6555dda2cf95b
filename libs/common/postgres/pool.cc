#include "libs/common/postgres/pool.h"

#include <fmt/format.h>

#include "absl/time/clock.h"
#include "libs/common/base/status.h"

namespace furnace::postgres {
namespace {

constexpr absl::Duration kBorrowTimeout = absl::Seconds(5);

}  // namespace

absl::StatusOr<Rows> Pool::Exec(std::string_view sql, const std::vector<Param>& params) {
  FURNACE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Borrow());
  absl::StatusOr<Rows> rows = connection->Exec(sql, params);
  if (absl::IsUnavailable(rows.status())) connection.reset();
  Return(std::move(connection));
  return rows;
}

absl::Status Pool::Transact(const std::function<absl::Status(Connection&)>& work) {
  FURNACE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Borrow());
  absl::Status status = connection->ExecScript("BEGIN");
  if (status.ok()) status = work(*connection);
  if (status.ok() && connection->InFailedTransaction()) {
    status = absl::InternalError("postgres: a statement of the transaction failed unnoticed");
  }
  const absl::Status ended = connection->ExecScript(status.ok() ? "COMMIT" : "ROLLBACK");
  // A connection in doubt is closed: the server then rolls back what is open.
  if (!ended.ok() || absl::IsUnavailable(status)) connection.reset();
  Return(std::move(connection));
  return status.ok() ? ended : status;
}

absl::StatusOr<std::unique_ptr<Connection>> Pool::Borrow() {
  {
    const absl::Time deadline = absl::Now() + kBorrowTimeout;
    MutexLock lock(mutex_);
    while (free_slots_ == 0) {
      if (!freed_.WaitFor(mutex_, deadline - absl::Now()) && absl::Now() >= deadline) {
        return absl::UnavailableError("postgres: all connections are busy");
      }
    }
    --free_slots_;
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->IsQuiet()) return connection;
    }
  }
  absl::StatusOr<Connection> opened = Connection::Open(dsn_);
  if (!opened.ok()) {
    Return(nullptr);
    return opened.status();
  }
  return std::make_unique<Connection>(*std::move(opened));
}

void Pool::Return(std::unique_ptr<Connection> connection) {
  {
    MutexLock lock(mutex_);
    ++free_slots_;
    if (connection != nullptr) {
      if (!connection->HasGrown()) idle_.push_back(std::move(connection));
    } else {
      // What one connection met, its idle siblings have most likely met too.
      idle_.clear();
    }
  }
  freed_.Signal();
}

std::string WithDeadlines(std::string_view dsn, absl::Duration statement) {
  // Without jit: compiling a statement takes longer than any of ours. Sums of many rows are made
  // by hash, in at most 32 MiB: to sort the rows takes longer than to read them.
  return fmt::format(
      "{} connect_timeout=5 tcp_user_timeout=10000 options='-c statement_timeout={} -c "
      "idle_in_transaction_session_timeout=60000 -c jit=off -c hash_mem_multiplier=8'",
      dsn, absl::ToInt64Milliseconds(statement));
}

}  // namespace furnace::postgres
