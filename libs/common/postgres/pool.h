#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "libs/common/postgres/connection.h"

namespace furnace::postgres {

/// Lends out connections to one database, at most `limit` at a time. Thread-safe.
///
/// A connection that the server has ended while it lay idle is replaced before it
/// is lent, and one that has carried something large after it was. Waits on the server are bounded
/// by the DSN; see WithDeadlines.
class Pool {
 public:
  Pool(std::string dsn, std::size_t limit) : dsn_(std::move(dsn)), free_slots_(limit) {}

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Runs one statement on a borrowed connection.
  ///
  /// Errors: those of Connection::Exec; UNAVAILABLE when no connection came free
  /// within 5 seconds.
  absl::StatusOr<Rows> Exec(std::string_view sql, const std::vector<Param>& params)
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// Runs `work` in one transaction: commits when it returns OK, else rolls back
  /// and returns its error. INTERNAL, and nothing is committed, when `work` returns
  /// OK although a statement of it failed. `work` must not keep the connection.
  absl::Status Transact(const std::function<absl::Status(Connection&)>& work)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::StatusOr<std::unique_ptr<Connection>> Borrow() ABSL_LOCKS_EXCLUDED(mutex_);
  void Return(std::unique_ptr<Connection> connection) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string dsn_;
  Mutex mutex_;
  CondVar freed_;
  std::size_t free_slots_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

/// `dsn` (key=value form) with limits on every wait: 5 s to connect, 10 s for
/// unacknowledged data, and `statement` for a statement; and without jit, which compiles
/// for longer than any of our statements runs; sums by hash take at most 32 MiB each.
std::string WithDeadlines(std::string_view dsn, absl::Duration statement = absl::Seconds(15));

}  // namespace furnace::postgres
