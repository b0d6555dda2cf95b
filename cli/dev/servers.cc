#include "cli/dev/servers.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "cli/dev/probe.h"
#include "cli/dev/process.h"
#include "libs/common/base/status.h"

namespace furnace::dev {
namespace {

namespace fs = std::filesystem;

constexpr char kRedisConfiguration[] = R"(bind 127.0.0.1
port {port}
dir "{folder}"
requirepass {password}
appendonly yes
appendfsync always
save ""
maxmemory 256mb
maxmemory-policy noeviction
set-proc-title no
)";

absl::Status Failed(std::string_view what) {
  return Error(absl::StatusCode::kUnavailable, "{}: {}", what, std::strerror(errno));
}

// Unset when we may run PostgreSQL ourselves.
absl::StatusOr<std::optional<User>> PostgresUser() {
  if (geteuid() != 0) return std::nullopt;
  const passwd* entry = getpwnam("postgres");
  if (entry == nullptr) {
    return absl::NotFoundError("there is no user postgres, and PostgreSQL refuses to run as root");
  }
  return User{.uid = entry->pw_uid, .gid = entry->pw_gid};
}

absl::Status MakeFolderFor(const fs::path& folder, const std::optional<User>& user) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return Error(absl::StatusCode::kUnavailable, "{}: {}", folder.string(), error.message());
  if (user.has_value() && chown(folder.c_str(), user->uid, user->gid) != 0) {
    return Failed("chown " + folder.string());
  }
  return absl::OkStatus();
}

// The password as an open file that is on no disk and only `user` can read.
absl::StatusOr<int> PasswordFile(const std::string& password, const std::optional<User>& user) {
  const int fd = memfd_create("password", MFD_CLOEXEC);
  if (fd < 0) return Failed("memfd_create");
  const bool prepared =
      write(fd, password.data(), password.size()) == static_cast<ssize_t>(password.size()) &&
      fchmod(fd, 0600) == 0 && (!user.has_value() || fchown(fd, user->uid, user->gid) == 0);
  if (prepared) return fd;
  const absl::Status status = Failed("password file");
  close(fd);
  return status;
}

absl::Status RunToEnd(const Command& command) {
  FURNACE_ASSIGN_OR_RETURN(const pid_t pid, Spawn(command));
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return Failed("waitpid");
  }
  if (status == 0) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "{} {}; see {}", command.program.filename().string(),
               DescribeExit(status), command.output.string());
}

// In a folder beside, renamed when it is whole: an initdb that was killed half way
// leaves no cluster that looks like one.
absl::Status MakeCluster(const Suite& suite, const fs::path& cluster,
                         const std::optional<User>& user) {
  const fs::path making = cluster.string() + ".new";
  std::error_code error;
  fs::remove_all(making, error);
  FURNACE_RETURN_IF_ERROR(MakeFolderFor(making, user));
  FURNACE_ASSIGN_OR_RETURN(const int password,
                           PasswordFile(suite.secrets.postgres_password + "\n", user));
  Command command;
  command.program = suite.layout.postgres_bin / "initdb";
  command.arguments = {"-D",
                       fmt::format("/proc/self/fd/{}", kFolderFd),
                       fmt::format("--pwfile=/proc/self/fd/{}", kFileFd),
                       "--username=furnace",
                       "--auth=scram-sha-256",
                       "--encoding=UTF8",
                       "--locale=C.UTF-8"};
  command.environment = suite.base_environment;
  command.user = user;
  command.output = suite.layout.logs / "postgres.log";
  command.folder = making;
  command.file_fd = password;
  const absl::Status status = RunToEnd(command);
  close(password);
  FURNACE_RETURN_IF_ERROR(status);
  fs::rename(making, cluster, error);
  if (error)
    return Error(absl::StatusCode::kUnavailable, "{}: {}", cluster.string(), error.message());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Service> RedisServer(const Suite& suite) {
  const fs::path folder = suite.layout.data / "redis";
  FURNACE_RETURN_IF_ERROR(MakeFolderFor(folder, std::nullopt));
  const fs::path configuration = suite.layout.data / "redis.conf";
  FURNACE_RETURN_IF_ERROR(WritePrivateFile(
      configuration, fmt::format(kRedisConfiguration, fmt::arg("port", suite.ports.redis),
                                 fmt::arg("folder", folder.string()),
                                 fmt::arg("password", suite.secrets.redis_password))));
  Service service;
  service.name = "redis";
  service.command.program = "/usr/bin/redis-server";
  service.command.arguments = {configuration.string()};
  service.command.environment = suite.base_environment;
  service.command.output = suite.layout.logs / "redis.log";
  service.is_ready = [url = RedisUrl(suite)] { return IsRedisReady(url); };
  return service;
}

absl::StatusOr<Service> PostgresServer(const Suite& suite) {
  const fs::path cluster = suite.layout.data / "postgres";
  FURNACE_ASSIGN_OR_RETURN(const std::optional<User> user, PostgresUser());
  std::error_code ignored;
  if (!fs::exists(cluster / "PG_VERSION", ignored)) {
    FURNACE_RETURN_IF_ERROR(MakeCluster(suite, cluster, user));
  }
  Service service;
  service.name = "postgres";
  service.command.program = suite.layout.postgres_bin / "postgres";
  service.command.arguments = {"-D", fmt::format("/proc/self/fd/{}", kFolderFd),
                               "-p", std::to_string(suite.ports.postgres),
                               "-c", "listen_addresses=127.0.0.1",
                               "-c", "unix_socket_directories="};
  service.command.environment = suite.base_environment;
  service.command.user = user;
  service.command.output = suite.layout.logs / "postgres.log";
  service.command.folder = cluster;
  service.command.parent_death_signal = SIGINT;
  service.is_ready = [dsn = PostgresDsn(suite)] { return IsPostgresReady(dsn); };
  service.stop_signal = SIGINT;  // Fast: does not wait for clients.
  return service;
}

}  // namespace furnace::dev
