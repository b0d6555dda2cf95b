#!/usr/bin/env python3
"""Starts the suite from a release build and runs the benchmarks against it.

usage: run.py BIN_DIR [ARGUMENT OF bench-lifecycle...]
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import gateway  # noqa: E402  (these are found by the line above)
import metering  # noqa: E402
import prefetch  # noqa: E402
import rest  # noqa: E402
import sinks  # noqa: E402
import suite  # noqa: E402
import trace_rating  # noqa: E402
import visible  # noqa: E402


def rss_mib(pid: int) -> float:
    """Resident memory of a process in MiB; proc(5), VmRSS of /proc/[pid]/status."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def lifecycle(binaries: pathlib.Path, arguments: list):
    """Job lifecycles over gRPC with native workers; no gateway in the way."""
    with suite.Suite(binaries, services=("registry", "metering", "scheduler"),
                     extra={"scheduler": {"FURNACE_DRIVER": "none"}}) as furnace:
        project = furnace.postgres.query("SELECT id FROM registry.projects WHERE name = 'default'")
        pids = [process.pid for process in furnace.processes.values()]
        pids += [furnace.redis.process.pid, furnace.postgres.process.pid]
        subprocess.run([str(binaries / "bench-lifecycle"), "--scheduler", furnace.address("scheduler"),
                        "--registry", furnace.address("registry"), "--token", furnace.token,
                        "--project", project, "--redis", furnace.redis.url,
                        "--pids", *map(str, pids), *arguments], check=True)


def memory_at_rest(binaries: pathlib.Path):
    """Resident memory of the four services when nothing happens."""
    with suite.Suite(binaries) as furnace:
        sizes = {name: rss_mib(process.pid) for name, process in furnace.processes.items()}
        parts = ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())
        print(f"idle suite: {sum(sizes.values()):.0f} MiB RSS ({parts})", flush=True)


def main() -> int:
    """Runs all benchmarks."""
    binaries = pathlib.Path(sys.argv[1]).resolve()
    lifecycle(binaries, sys.argv[2:])
    gateway.gateway(binaries, [])
    rest.runsync(binaries)
    prefetch.throughput(binaries)
    metering.measure(binaries, [])
    trace_rating.rate(binaries, trace_rating.FOLDER)
    visible.visible(binaries)
    sinks.throughput(binaries)
    memory_at_rest(binaries)
    return 0


if __name__ == "__main__":
    sys.exit(main())
