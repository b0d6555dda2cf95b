#!/usr/bin/env python3
"""Measures how long after its acknowledgement a job is in Redis alone: the age of the
oldest event that the relay has not carried to history yet.

usage: relay_lag.py BIN_DIR
"""

import pathlib
import socket
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import suite  # noqa: E402  (found by the line above)

SECONDS = 10
SAMPLE_S = 0.002
# Jobs in a batch, and seconds from one batch to the next: 200 and 2,000 jobs/s, and as
# fast as one client can.
LOADS = {"200 jobs/s": (2, 0.01), "2,000 jobs/s": (20, 0.01), "flat out": (100, 0)}
SCRIPT = """
local oldest = nil
for shard = 0, 15 do
  local head = redis.call('XRANGE', string.format('furnace:{s%02d}:events', shard), '-', '+', 'COUNT', 1)[1]
  local ms = head and tonumber(string.match(head[1], '^%d+'))
  if ms and (not oldest or ms < oldest) then oldest = ms end
end
local now = redis.call('TIME')
return oldest and math.max(0, now[1] * 1000 + math.floor(now[2] / 1000) - oldest) or 0
"""


class Probe:
    """Asks Redis for the age of the oldest event, in milliseconds."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.reader = self.socket.makefile("rb")

    def ask(self) -> int:
        """The age now; 0 when there is none."""
        words = (b"EVAL", SCRIPT.encode(), b"0")
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        return int(self.reader.readline()[1:])


def submit(furnace: suite.Suite, endpoint: str, jobs: int, gap: float, until: float, sent: list):
    """Queues batches until the time is up."""
    while time.monotonic() < until:
        begun = time.monotonic()
        body = {"jobs": [{"input": {"n": number, "pad": "x" * 180}} for number in range(jobs)]}
        status, answer = furnace.request("POST", f"/v1/endpoints/{endpoint}/batch", body)
        assert status == 200, answer
        sent.append(jobs)
        time.sleep(max(0.0, gap - (time.monotonic() - begun)))


def measure(furnace: suite.Suite, endpoint: str, name: str):
    """Prints the lag under one load."""
    jobs, gap = LOADS[name]
    probe, ages, sent = Probe(furnace.redis.port), [], []
    until = time.monotonic() + SECONDS
    client = threading.Thread(target=submit, args=(furnace, endpoint, jobs, gap, until, sent))
    client.start()
    while time.monotonic() < until:
        ages.append(probe.ask())
        time.sleep(SAMPLE_S)
    client.join()
    ages.sort()
    print(f"{name}: {sum(sent) / SECONDS:.0f} jobs/s acknowledged; lag p50 {ages[len(ages) // 2]} ms, "
          f"p99 {ages[len(ages) * 99 // 100]} ms, longest {ages[-1]} ms", flush=True)
    furnace.request("POST", f"/v1/endpoints/{endpoint}/purge", {})


def main() -> int:
    """Measures under each load, with PostgreSQL's fsync as the tests have it: off."""
    limits = {name: "0" for name in ("FURNACE_MAX_QUEUED_JOBS", "FURNACE_PROJECT_MAX_QUEUED_JOBS",
                                     "FURNACE_MAX_QUEUED_BYTES", "FURNACE_PROJECT_MAX_QUEUED_BYTES")}
    with suite.Suite(pathlib.Path(sys.argv[1]).resolve(), extra={"scheduler": limits}) as furnace:
        endpoint = furnace.request("POST", "/v1/endpoints", {
            "name": "lag", "image_uri": "file:///nowhere", "gpu_types": ["rtx4000"],
            "queue": {"max_queued": 1_000_000}})[1]["id"]
        furnace.request("POST", f"/v1/endpoints/{endpoint}/pause", {})
        for name in LOADS:
            measure(furnace, endpoint, name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
