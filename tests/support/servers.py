"""Private Redis and PostgreSQL servers for tests: in a temporary folder, on free
loopback ports, stopped by pid. Standard library only."""

import fcntl
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_TIMEOUT_S = 120
POSTGRES_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")

# A PostgreSQL cluster that each private one is a copy of; the first test makes it. '': each makes its own.
TEMPLATE = os.environ.get("FURNACE_TEST_POSTGRES_TEMPLATE", "")

# Below the ports that Linux gives to outgoing connections, which come and go.
PORTS = range(12000, 32000)
handed_out = set()
# The byte at a port's number is locked by the test that has it.
port_locks = open(pathlib.Path(tempfile.gettempdir()) / f"furnace-test-ports-{os.getuid()}", "ab")


def take_port(port: int) -> bool:
    """Keeps a port from this test, which may have had it, and from others at the same time."""
    if port in handed_out:
        return False
    handed_out.add(port)
    try:
        fcntl.lockf(port_locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def free_port() -> int:
    """A TCP port that nothing listened on a moment ago and no other test has, each time another one."""
    while True:
        port = random.choice(PORTS)
        if not take_port(port):
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_until(condition, what: str, timeout_s: float = START_TIMEOUT_S):
    """Polls `condition` until it returns something true, and returns that.

    Raises TimeoutError naming `what` after `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"timed out after {timeout_s} s: {what}")
        time.sleep(0.02)


def accepts(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process: subprocess.Popen, sig: int = signal.SIGTERM, timeout_s: float = 30):
    """Signals a process we started and reaps it; SIGKILL if it does not end."""
    if process.poll() is not None:
        return
    process.send_signal(sig)
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def children_of(pid: int) -> list:
    """Pids of a process's children; proc(5), field 4 of /proc/[pid]/stat."""
    children = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                children.append(int(entry.name))
    return children


class Redis:
    """A redis-server with an append-only file that is synced on every write."""

    def __init__(self, folder: pathlib.Path, port: int = 0, fsync: str = "always"):
        self.folder = folder / "redis"
        self.folder.mkdir(parents=True)
        self.port = port or free_port()
        self.fsync = fsync
        self.process = None
        self.start()

    @property
    def url(self) -> str:
        """Address as redis::ParseUrl takes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        """Starts the server, on the same data and port after a stop or kill."""
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
             "--appendonly", "yes", "--appendfsync", self.fsync, "--save", "",
             "--maxmemory-policy", "noeviction"],
            stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT)
        wait_until(lambda: accepts(self.port), "redis-server to listen")

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def lose(self):
        """kill -9 and the loss of the disk; comes back empty."""
        self.kill()
        shutil.rmtree(self.folder / "appendonlydir")
        self.start()

    def command(self, *words: str) -> str:
        """Runs a command with redis-cli and returns its raw answer."""
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], check=True,
                              capture_output=True, text=True, timeout=30).stdout.strip()

    def stop(self):
        """Stops the server."""
        stop(self.process)


class Postgres:
    """A PostgreSQL 15 cluster with one database, `furnace`.

    Runs as user postgres when the caller is root, for PostgreSQL refuses root.
    `fsync`: whether a commit waits for the disk, "on" or "off".
    """

    def __init__(self, folder: pathlib.Path, port: int = 0, fsync: str = "off"):
        self.folder = folder / "postgres"
        self.port = port or free_port()
        self.fsync = fsync
        self.process = None
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.folder.mkdir(parents=True)
        if self.user:
            for parent in (self.folder, folder):
                os.chown(parent, self.user.pw_uid, self.user.pw_gid)
        if TEMPLATE:
            self._copy(pathlib.Path(TEMPLATE))
        else:
            self._create()
        self.start()

    def _create(self, *options: str):
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "furnace", "-A", "trust",
                  "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", *options)
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "furnace", "furnace")
        self.stop()

    def _copy(self, template: pathlib.Path):
        with open(f"{template}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                self._create("--wal-segsize=1")
                unfinished = template.with_name(f"{template.name}.new")
                remove(unfinished)
                copy(self.folder / "data", unfinished)
                unfinished.rename(template)
                return
        copy(template, self.folder / "data")

    @property
    def dsn(self) -> str:
        """libpq connection string."""
        return f"host=127.0.0.1 port={self.port} user=furnace dbname=furnace"

    def _as_user(self):
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}

    def _run(self, program: str, *arguments: str):
        subprocess.run([str(POSTGRES_BIN / program), *arguments], check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL, timeout=120, **self._as_user())

    def start(self):
        """Starts the server, on the same data and port after a stop or kill."""
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [str(POSTGRES_BIN / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port),
             "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
             "-c", f"fsync={self.fsync}", "-c", "max_connections=100"],
            stdout=log, stderr=log, cwd=self.folder, **self._as_user())
        wait_until(self._ready, "PostgreSQL to accept connections")

    def _ready(self) -> bool:
        return accepts(self.port) and subprocess.run(
            [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)],
            timeout=10).returncode == 0

    def query(self, sql: str) -> str:
        """Runs a statement with psql and returns unaligned rows without headers."""
        return subprocess.run(
            ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "furnace", "-d", "furnace",
             "-XAtq", "-c", sql],
            check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    def kill(self):
        """kill -9 of the postmaster; returns when its children have noticed and ended."""
        children = children_of(self.process.pid)
        self.process.kill()
        self.process.wait()
        wait_until(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in children),
                   "PostgreSQL's children to end")

    def stop(self):
        """Fast shutdown."""
        stop(self.process, signal.SIGINT)


def copy(source: pathlib.Path, target: pathlib.Path):
    """Copies a folder with its owners and modes, to one that does not exist."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True, timeout=120)


def remove(folder: pathlib.Path):
    """Deletes a temporary folder, whoever owns its files."""
    shutil.rmtree(folder, ignore_errors=True)
