"""Latency of REST /runsync through gateway, scheduler, agent and a Python handler."""

import http.client
import json
import math
import pathlib
import threading
import time

import suite

NOOP_IMAGE = f"file://{suite.ROOT}/bench/handlers"


def percentile(samples: list, percent: float) -> float:
    """Nearest-rank percentile of a list that is not empty."""
    rank = math.ceil(percent / 100 * len(samples))
    return sorted(samples)[max(rank, 1) - 1]


class Caller:
    """Calls /runsync at fixed times, each of its own threads over its own connection."""

    def __init__(self, furnace: suite.Suite, endpoint_id: str):
        self.port = furnace.http_port
        self.path = f"/v1/endpoints/{endpoint_id}/runsync"
        self.headers = {"Authorization": f"Bearer {furnace.api_key}", "Content-Type": "application/json"}
        self.latencies_s = []
        self.failures = 0
        self.lock = threading.Lock()

    def run(self, rate: float, seconds: float, threads: int):
        """`rate` requests a second in all; a late start counts as latency."""
        start = time.perf_counter() + 0.5
        due = [start + i / rate for i in range(int(rate * seconds))]
        workers = [threading.Thread(target=self._call_at, args=(due[i::threads],)) for i in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _call_at(self, due: list):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for moment in due:
            time.sleep(max(0.0, moment - time.perf_counter()))
            connection.request("POST", self.path, json.dumps({"input": {}}), self.headers)
            answer = connection.getresponse()
            completed = json.loads(answer.read()).get("status") == "COMPLETED"
            with self.lock:
                self.latencies_s.append(time.perf_counter() - moment)
                self.failures += not completed
        connection.close()


def runsync(binaries: pathlib.Path, rate: float = 50, seconds: float = 20):
    """Prints p50 and p99 of no-op jobs at a steady rate, one warm worker."""
    roots = {"scheduler": {"FURNACE_PROCESS_IMAGE_ROOTS": str(suite.ROOT / "bench")}}
    with suite.Suite(binaries, extra=roots) as furnace:
        _, endpoint = furnace.request("POST", "/v1/endpoints", {
            "name": "noop", "image_uri": NOOP_IMAGE, "max_workers": 1, "min_workers": 1})
        furnace.request("POST", f"/v1/endpoints/{endpoint['id']}/runsync", {"input": {}})
        caller = Caller(furnace, endpoint["id"])
        caller.run(rate, seconds, threads=8)
        p50, p99 = (percentile(caller.latencies_s, p) * 1000 for p in (50, 99))
        print(f"REST /runsync, {rate:.0f} requests/s: p50 {p50:.2f} ms p99 {p99:.2f} ms, "
              f"{caller.failures} of {len(caller.latencies_s)} failed", flush=True)
