"""A node agent that gives a worker the jobs of a test and keeps its reports."""

import json
import os
import queue
import select
from typing import Any, List

import fake_server

# Only ends a test that hangs.
HANG_SECONDS = 30


class FakeAgent:
    """Serves one worker.

    Attributes:
        takes: The worker's polls, as they arrive.
        reports: Its results, chunks and progress reports, as they arrive.
        pings: Its heartbeats.
        statuses: HTTP statuses for the next reports; 200 once they are used up.
    """

    def __init__(self) -> None:
        self.takes: "queue.Queue[fake_server.Request]" = queue.Queue()
        self.reports: "queue.Queue[fake_server.Request]" = queue.Queue()
        self.pings: "queue.Queue[fake_server.Request]" = queue.Queue()
        self.statuses: List[int] = []
        self._jobs: "queue.Queue[bytes]" = queue.Queue()
        self._job_there, self._job_added = os.pipe()
        self._server = fake_server.FakeServer(self._answer)

    def environment(self) -> dict:
        """The variables an agent sets for its worker."""
        base = self._server.url + "/v2/ep/"
        return {
            "RUNPOD_WEBHOOK_GET_JOB": base + "job-take/w?gpu=x",
            "RUNPOD_WEBHOOK_POST_OUTPUT": base + "job-done/w/$ID?gpu=x",
            "RUNPOD_WEBHOOK_POST_STREAM": base + "job-stream/w/$ID?gpu=x",
            "RUNPOD_WEBHOOK_PING": base + "ping/w?gpu=x",
            "RUNPOD_AI_API_KEY": "key",
            "RUNPOD_POD_ID": "w",
            "RUNPOD_ENDPOINT_ID": "ep",
            "RUNPOD_PING_INTERVAL": "1000",
        }

    def give(self, job_id: str, value: Any = None) -> None:
        """Has a job for the worker, as soon as it asks."""
        self._jobs.put(json.dumps({"id": job_id, "input": value}).encode())
        os.write(self._job_added, b"\0")

    def report(self) -> fake_server.Request:
        """Returns the next report; waits for it."""
        return self.reports.get(timeout=HANG_SECONDS)

    def close(self) -> None:
        """Stops serving; the worker has ended before."""
        self._server.close()
        os.close(self._job_there)
        os.close(self._job_added)

    def _answer(self, request: fake_server.Request) -> fake_server.Answer:
        if "/job-take/" in request.path:
            return self._take(request)
        if "/ping/" in request.path:
            self.pings.put(request)
            return 200, b""
        status = self.statuses.pop(0) if self.statuses else 200
        self.reports.put(request)
        return status, b""

    def _take(self, request: fake_server.Request) -> fake_server.Answer:
        self.takes.put(request)
        ready, _, _ = select.select([request.connection, self._job_there], [], [])
        if self._job_there not in ready:
            return None  # the worker gave the poll up
        os.read(self._job_there, 1)
        return 200, self._jobs.get()
