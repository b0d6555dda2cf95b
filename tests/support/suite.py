"""The whole Furnace suite as real processes on free loopback ports, each of which a
test can kill and start again. Standard library only."""

import json
import os
import pathlib
import secrets
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request

import servers

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ("registry", "metering", "scheduler", "gateway")


class Suite:
    """Redis, PostgreSQL, the four services and the process driver.

    `binaries` is the folder of the built programs; `extra` adds environment
    variables to a service, by its name. Use it as a context manager.
    """

    def __init__(self, binaries: pathlib.Path, *, services=SERVICES, extra=None, redis_fsync="always",
                 gpus="rtx4000=4:20480:simulated"):
        self.binaries = pathlib.Path(binaries)
        self.services = services
        self.extra = extra or {}
        self.gpus = gpus
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="furnace-suite-"))
        self.token = secrets.token_hex(16)
        self.api_key = "fk_" + secrets.token_hex(24)
        self.ports = {name: servers.free_port() for name in SERVICES}
        self.http_port = servers.free_port()
        self.metrics_ports = {name: servers.free_port() for name in SERVICES}
        self.processes = {}
        self.redis = None
        self.postgres = None
        try:
            self.redis = servers.Redis(self.folder, fsync=redis_fsync)
            self.postgres = servers.Postgres(self.folder)
            for name in services:
                self.start(name)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def url(self) -> str:
        """Base URL of the gateway."""
        return f"http://127.0.0.1:{self.http_port}"

    def address(self, name: str) -> str:
        """gRPC address of a service."""
        return f"127.0.0.1:{self.ports[name]}"

    def environment(self, name: str) -> dict:
        """What a service is started with."""
        variables = {
            "FURNACE_LISTEN": self.address(name),
            "FURNACE_METRICS_LISTEN": f"127.0.0.1:{self.metrics_ports[name]}",
            "FURNACE_INTERNAL_TOKEN": self.token,
            "FURNACE_DRAIN_GRACE": "5s",
            "FURNACE_POSTGRES_DSN": self.postgres.dsn,
            "FURNACE_REDIS_URL": self.redis.url,
            "FURNACE_REGISTRY_ADDRESS": self.address("registry"),
            "FURNACE_METERING_ADDRESS": self.address("metering"),
            "FURNACE_SCHEDULER_ADDRESS": self.address("scheduler"),
            "FURNACE_LOG_LEVEL": "info",
        }
        if name == "registry":
            variables["FURNACE_OPERATOR_KEY"] = self.api_key
        if name == "gateway":
            variables["FURNACE_HTTP_LISTEN"] = f"127.0.0.1:{self.http_port}"
        if name == "metering":
            variables["FURNACE_WEBHOOK_PRIVATE"] = "true"
        if name == "scheduler":
            variables.update({
                "FURNACE_DRIVER": "process",
                "FURNACE_LEASE": "3s",
                "FURNACE_WEBHOOK_PRIVATE": "true",
                "FURNACE_PROCESS_GPUS": self.gpus,
                "FURNACE_PROCESS_WORKER_BINARY": str(self.binaries / "furnace-worker"),
                "FURNACE_PROCESS_IMAGE_ROOTS": f"{ROOT}/examples:{ROOT}/tests",
                "FURNACE_PROCESS_STATE_DIR": str(self.folder / "workers"),
                "FURNACE_PROCESS_PYTHONPATH": str(ROOT / "sdk" / "python"),
                "FURNACE_PROCESS_STOP_ON_EXIT": "true",
            })
        variables.update(self.extra.get(name, {}))
        return {**os.environ, **variables}

    def start(self, name: str):
        """Starts a service and waits until it is ready."""
        log = open(self.folder / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen([str(self.binaries / f"furnace-{name}")],
                                                env=self.environment(name), stdout=log, stderr=log)
        servers.wait_until(lambda: self._ready(name), f"furnace-{name} to be ready")

    def _ready(self, name: str) -> bool:
        if self.processes[name].poll() is not None:
            raise RuntimeError(f"furnace-{name} ended: {self.log(name)[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_ports[name]}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def log(self, name: str) -> str:
        """What a service has logged."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def kill(self, name: str):
        """kill -9 of a service."""
        self.processes[name].kill()
        self.processes[name].wait()

    def stop(self, name: str):
        """SIGTERM, and waits for the drain to end."""
        servers.stop(self.processes[name], signal.SIGTERM, 60)

    def worker_pids(self) -> list:
        """Pids of the agents that the process driver has started and that live."""
        pids = []
        for file in (self.folder / "workers").glob("*.worker"):
            words = file.read_text().split()
            if len(words) > 1 and pathlib.Path(f"/proc/{words[1]}").exists():
                pids.append(int(words[1]))
        return pids

    def worker_pid(self, worker_id: str) -> int:
        """Pid of the agent that the process driver has started under this id."""
        return int((self.folder / "workers" / f"{worker_id}.worker").read_text().split()[1])

    def metrics(self, name: str) -> str:
        """A service's /metrics."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_ports[name]}/metrics", timeout=5) as answer:
            return answer.read().decode()

    def request(self, method: str, path: str, body=None, *, key=None, timeout: float = 60):
        """One REST call: (status, decoded JSON answer). A `body` of bytes is sent as it is."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers={
            "Authorization": f"Bearer {key or self.api_key}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def close(self):
        """Stops everything that was started: the services together, then the servers."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            servers.stop(process, signal.SIGTERM, 30)
        for pid in self.worker_pids() if self.redis else []:
            os.kill(pid, signal.SIGKILL)
        for server in (self.postgres, self.redis):
            if server is not None:
                server.stop()
        servers.remove(self.folder)
