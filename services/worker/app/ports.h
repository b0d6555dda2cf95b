// What the agent needs of the world, and how the world answers.
//
// All of the agent happens on one thread, its mailbox's: it calls ports there, and
// an adapter that learns something elsewhere posts the event. No port blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/worker/app/messages.h"
#include "services/worker/domain/attempts.h"
#include "services/worker/domain/spool_record.h"

namespace furnace::worker {

/// Runs events one after another.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  /// From any thread. Dropped when the mailbox has stopped.
  virtual void Post(std::function<void()> event) = 0;
};

/// One alarm, which each call sets anew.
class Alarm {
 public:
  virtual ~Alarm() = default;
  /// Calls `ring` at `when`, unless set again before. InfiniteFuture: never.
  virtual void Set(absl::Time when, std::function<void()> ring) = 0;
};

class SchedulerEvents {
 public:
  virtual ~SchedulerEvents() = default;
  virtual void OnWelcome(absl::Duration heartbeat) = 0;
  virtual void OnAssignments(std::vector<Assignment> jobs) = 0;
  virtual void OnSettled(const std::vector<LeaseId>& leases) = 0;
  /// Progress of the attempt up to this number need not be sent again.
  virtual void OnProgressStored(const LeaseId& lease, std::int64_t sequence) = 0;
  virtual void OnLeaseLost(const std::vector<LeaseId>& leases) = 0;
  virtual void OnCancel(const LeaseId& lease) = 0;
  virtual void OnDrain() = 0;
  /// The last event of a session. OK when the scheduler ended it in order.
  virtual void OnDisconnected(const absl::Status& status) = 0;
};

/// The session with the scheduler.
class SchedulerPort {
 public:
  virtual ~SchedulerPort() = default;
  /// Opens a session; there is none. Its events end with OnDisconnected.
  virtual void Dial(const Hello& hello, SchedulerEvents& events) = 0;
  /// Ignored without a session. In their order, but that the latest heartbeat goes first.
  virtual void Send(Message message) = 0;
  /// Bytes of payloads given to Send and not yet written.
  virtual std::size_t backlog_bytes() const = 0;
  /// Ends the session at once.
  virtual void BreakOff() = 0;
};

class HandlerEvents {
 public:
  virtual ~HandlerEvents() = default;
  /// The process ended, or could not be started. `reason` completes the sentence
  /// "handler ...", as "exited with status 3". `last_line` is the last thing it
  /// wrote to stderr.
  virtual void OnHandlerExit(bool well, const std::string& reason,
                             const std::string& last_line) = 0;
};

/// The handler's process. One at a time.
class HandlerPort {
 public:
  virtual ~HandlerPort() = default;
  /// Starts the process, with a secret of its own. Ends with OnHandlerExit.
  virtual void Start(HandlerEvents& events) = 0;
  /// SIGTERM to its process group. Nothing when there is none.
  virtual void Terminate() = 0;
  /// SIGKILL, likewise.
  virtual void Kill() = 0;
};

/// Keeps results until they are settled, over a restart of the agent.
class SpoolPort {
 public:
  virtual ~SpoolPort() = default;
  /// Stores `record` and calls `saved` once it is; what cannot be stored is tried again
  /// until it is removed.
  virtual void Save(SpoolRecord record, std::function<void()> saved) = 0;
  virtual void Remove(const LeaseId& lease) = 0;
  /// Whether a record could not be stored, and waits to be tried again.
  virtual bool failing() const = 0;
};

/// A handler's request for jobs, left open. Whatever is called after its end is
/// ignored.
class TakePoll {
 public:
  virtual ~TakePoll() = default;
  /// How many jobs it asks for.
  virtual std::size_t jobs_max() const = 0;
  /// Whether the handler still waits at the other end.
  virtual bool Alive() = 0;
  struct Job {
    std::string id;
    std::string input;
    std::string s3_config = {};  // Empty: none.
  };
  /// Answers with jobs: more than it asks for only where SdkPolicy::takes_arrays. Calls `failed`,
  /// later, when they cannot be written.
  virtual void Give(std::vector<Job> jobs, std::function<void()> failed) = 0;
  /// Answers that there are none.
  virtual void Nothing() = 0;
};

/// A handler's request to know which of its jobs to stop, left open.
class StopPoll {
 public:
  virtual ~StopPoll() = default;
  virtual void Give(const std::vector<std::string>& job_ids) = 0;
  virtual void Nothing() = 0;
};

/// A report of a handler that waits for its answer.
class Reply {
 public:
  virtual ~Reply() = default;
  virtual void Done() = 0;
  /// Not now; try again in a moment.
  virtual void Busy() = 0;
};

}  // namespace furnace::worker
