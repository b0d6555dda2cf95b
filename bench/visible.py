#!/usr/bin/env python3
"""Measures how long after a job's end its usage is in GetUsage, at a steady rate of jobs.

usage: visible.py BIN_DIR
"""

import http.client
import json
import pathlib
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import rest  # noqa: E402  (these are found by the line above)
import suite  # noqa: E402

RATE = 20
SECONDS = 20
THREADS = 8
POLL_S = 0.005


class Watcher:
    """Runs jobs at fixed times and asks for the usage of each until it is there."""

    def __init__(self, furnace: suite.Suite, endpoint: str):
        self.furnace, self.endpoint = furnace, endpoint
        self.delays_s = []

    def ask(self, connection: http.client.HTTPConnection, method: str, path: str, body=None) -> dict:
        """One call."""
        connection.request(method, path, body and json.dumps(body), {
            "Authorization": f"Bearer {self.furnace.api_key}", "Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())

    def run(self, due: list):
        """Runs a job at each of these times."""
        connection = http.client.HTTPConnection("127.0.0.1", self.furnace.http_port, timeout=60)
        for moment in due:
            time.sleep(max(0.0, moment - time.perf_counter()))
            job = self.ask(connection, "POST", f"/v1/endpoints/{self.endpoint}/runsync", {"input": {}})
            ended = time.perf_counter()
            while not self.ask(connection, "GET", f"/v1/usage?job_id={job['id']}")["total"].get("invocations"):
                time.sleep(POLL_S)
            self.delays_s.append(time.perf_counter() - ended)
        connection.close()


def visible(binaries: pathlib.Path):
    """Prints p50 and p99."""
    roots = {"scheduler": {"FURNACE_PROCESS_IMAGE_ROOTS": str(ROOT / "bench")}}
    with suite.Suite(binaries, extra=roots) as furnace:
        _, endpoint = furnace.request("POST", "/v1/endpoints", {
            "name": "noop", "image_uri": rest.NOOP_IMAGE, "max_workers": 1, "min_workers": 1})
        furnace.request("POST", f"/v1/endpoints/{endpoint['id']}/runsync", {"input": {}})
        watcher = Watcher(furnace, endpoint["id"])
        start = time.perf_counter() + 0.5
        due = [start + number / RATE for number in range(RATE * SECONDS)]
        threads = [threading.Thread(target=watcher.run, args=(due[first::THREADS],)) for first in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        p50, p99 = (rest.percentile(watcher.delays_s, percent) * 1000 for percent in (50, 99))
        print(f"usage visible after a job's end, {RATE} jobs/s: p50 {p50:.0f} ms, p99 {p99:.0f} ms "
              f"({len(watcher.delays_s)} jobs)", flush=True)


if __name__ == "__main__":
    visible(pathlib.Path(sys.argv[1]).resolve())
