#!/usr/bin/env python3
"""What the gateway adds to a submit and to a stream of chunks, beside what nginx adds.

usage: gateway.py BIN_DIR [ARGUMENT OF bench-gateway...]
"""

import contextlib
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import nginx  # noqa: E402  (these are found by the line above)
import suite  # noqa: E402

# The jobs of this benchmark are never run: they gather beyond what a project may have.
NO_LIMITS = {name: "0" for name in (
    "FURNACE_PROJECT_MAX_QUEUED_JOBS", "FURNACE_PROJECT_MAX_QUEUED_BYTES",
    "FURNACE_MAX_QUEUED_JOBS", "FURNACE_MAX_QUEUED_BYTES")}


def floor(stack: contextlib.ExitStack) -> tuple:
    """Arguments and pids of nginx, if there is one."""
    if not nginx.is_installed():
        print("nginx-light is not installed: no floor to compare with", flush=True)
        return [], []
    server = stack.enter_context(nginx.Nginx())
    return ["--proxy", str(server.proxy), "--upstream", str(server.upstream)], [server.process.pid]


def gateway(binaries: pathlib.Path, arguments: list):
    """Runs bench-gateway against a suite of its own."""
    with contextlib.ExitStack() as stack:
        furnace = stack.enter_context(suite.Suite(binaries, extra={
            "scheduler": {"FURNACE_DRIVER": "none", "FURNACE_LEASE": "60s", **NO_LIMITS}}))
        proxy, pids = floor(stack)
        project = furnace.postgres.query("SELECT id FROM registry.projects WHERE name = 'default'")
        pids += [furnace.processes[name].pid for name in ("gateway", "scheduler")]
        pids += [furnace.redis.process.pid, furnace.postgres.process.pid]
        subprocess.run([str(binaries / "bench-gateway"), "--scheduler", furnace.address("scheduler"),
                        "--registry", furnace.address("registry"), "--token", furnace.token,
                        "--project", project, "--key", furnace.api_key, "--http", str(furnace.http_port),
                        *proxy, "--pids", *map(str, pids), *arguments], check=True)


if __name__ == "__main__":
    gateway(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:])
