#!/usr/bin/env python3
"""Jobs a second that one worker on RunPod's SDK does, which idles for a second between takes.

usage: prefetch.py BIN_DIR
"""

import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import suite  # noqa: E402  (found by the line above)

# The last release that takes jobs one by one, and two that bear several.
RELEASES = {"1.7.3": 10, "1.7.9": 200, "1.12.0": 200}


def measure(furnace: suite.Suite, release: str, count: int) -> float:
    """Jobs a second of a backlog of `count`, after a first job that starts the worker."""
    _, endpoint = furnace.request("POST", "/v1/endpoints", {
        "name": f"noop-{release.replace('.', '-')}", "image_uri": f"file://{ROOT}/bench/handlers",
        "handler_path": "runpod_noop.py", "env": {"SDK_RELEASE": release}, "max_workers": 1, "idle_timeout_seconds": 60})
    run = f"/v1/endpoints/{endpoint['id']}/run"
    furnace.request("POST", run + "sync", {"input": {}})
    start = time.perf_counter()
    jobs = [furnace.request("POST", run, {"input": {}})[1]["id"] for _ in range(count)]
    for job in jobs:
        _, answer = furnace.request("GET", f"/v1/jobs/{job}/wait?wait_ms=60000")
        if answer["status"] != "COMPLETED":
            raise RuntimeError(f"a job ended as {answer['status']}")
    return count / (time.perf_counter() - start)


def throughput(binaries: pathlib.Path):
    """Prints a figure for each release."""
    roots = {"scheduler": {"FURNACE_PROCESS_IMAGE_ROOTS": str(ROOT / "bench")}}
    with suite.Suite(binaries, extra=roots) as furnace:
        figures = [f"{release} {measure(furnace, release, count):.1f}" for release, count in RELEASES.items()]
        print(f"no-op jobs/s of one RunPod worker, by release: {', '.join(figures)}", flush=True)


if __name__ == "__main__":
    throughput(pathlib.Path(sys.argv[1]).resolve())
