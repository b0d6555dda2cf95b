#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace furnace::worker::testing {

/// A furnace-worker beside a handler, in a temporary folder, killed and removed in
/// the end.
class WorkerProcess {
 public:
  static constexpr char kWorkerId[] = "worker-1";
  static constexpr char kEndpointId[] = "00000000-0000-7000-8000-00000000e001";
  static constexpr char kToken[] = "fw_test-token";

  using Settings = std::map<std::string, std::string>;

  /// `handler` is a file of tests/support/worker/handlers. `settings` replace or
  /// add to the variables that a worker needs.
  WorkerProcess(const std::string& scheduler_address, const std::string& handler,
                Settings settings = {});
  ~WorkerProcess();

  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Starts it, the first time or again: same folders, same id.
  void Start();
  void Signal(int number);
  /// Its exit status, or 128 + the signal that ended it; fails the test and returns
  /// -1 when it does not end.
  int Wait();

  /// Where handlers may leave files: $SCRATCH to them.
  const std::filesystem::path& scratch() const { return scratch_; }
  const std::filesystem::path& spool() const { return spool_; }
  /// Files in the spool with this extension.
  std::size_t SpoolFiles(const std::string& extension) const;
  /// Text that a handler left; waits for the file, and fails the test when it does
  /// not come.
  std::string AwaitFile(const std::string& name) const;
  /// Leaves a file for a handler that waits for it.
  void LeaveFile(const std::string& name) const;
  /// Waits until `condition` holds; fails the test when it does not come to that.
  static void AwaitThat(const std::function<bool()>& condition, std::string_view what);
  /// Whether a process is there and no zombie.
  static bool Lives(const std::string& pid);
  /// All it logged.
  std::string Log() const;

 private:
  const std::filesystem::path folder_;
  const std::filesystem::path scratch_;
  const std::filesystem::path spool_;
  Settings settings_;
  pid_t pid_ = -1;
};

}  // namespace furnace::worker::testing
