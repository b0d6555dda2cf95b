"""Batches: many jobs of one endpoint, sent in one call."""

from __future__ import annotations

import time
from typing import Any, Dict, Iterator, List, Sequence
from urllib.parse import quote

from furnace._rest import Rest
from furnace.errors import FurnaceError

POLL_SECONDS = 0.5


class Batch:
    """A batch of the project, by its id. Every method raises FurnaceError; "NOT_FOUND"
    for an id the project does not have.

    What has happened to a job shows within about a second.
    """

    def __init__(self, rest: Rest, batch_id: str, job_ids: Sequence[str] = ()) -> None:
        self._rest = rest
        self._path = "/v1/batches/" + quote(batch_id, safe="")
        self.id = batch_id
        # In the order of the inputs; empty for a batch that this client did not send.
        self.job_ids = list(job_ids)

    def get(self) -> Dict[str, Any]:
        """Returns the batch as it is now: "done", "total", "counts" ("waiting",
        "in_progress", "completed", "failed", "timed_out", "cancelled"), "gpu_time_us", ...
        """
        return self._rest.call("GET", self._path)

    def wait(self, timeout: float = 3600.0) -> Dict[str, Any]:
        """Returns the batch once every job is final.

        Args:
            timeout: Most seconds to wait.

        Raises:
            FurnaceError: "DEADLINE_EXCEEDED", it is not done after `timeout`.
        """
        deadline = time.monotonic() + timeout
        while True:
            batch = self.get()
            if batch["done"]:
                return batch
            left = deadline - time.monotonic()
            if left <= 0:
                message = f"batch {self.id} is not done after {timeout} s"
                raise FurnaceError(0, "DEADLINE_EXCEEDED", message)
            time.sleep(min(POLL_SECONDS, left))

    def failures(self) -> Iterator[Dict[str, Any]]:
        """Yields {"index": place of the input, "job": job} of the jobs that ended without
        a result, in the order of the inputs, fetching as they are read."""
        return self._rest.pages(self._path + "/failures", "failures")

    def failure_groups(self) -> List[Dict[str, Any]]:
        """Returns how many jobs ended for the same reason: {"status", "cause", "jobs"},
        the largest group first."""
        return self._rest.call("GET", self._path + "/failures", {"page_size": 1})["groups"]

    def jobs(self, status: str = "") -> Iterator[Dict[str, Any]]:
        """Yields the jobs, the last one first and without outputs, fetching as they are
        read.

        Args:
            status: Only jobs in this state, e.g. "COMPLETED".
        """
        return self._rest.pages("/v1/jobs", "jobs", {"batch_id": self.id, "status": status})

    def cancel(self) -> int:
        """Cancels every job that is not final, and returns how many that were."""
        return self._rest.call("POST", self._path + "/cancel", body={})["cancelled"]


class Batches:
    """The batches of a project. Client.batch sends one."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def open(self, batch_id: str) -> Batch:
        """Returns a batch that was sent before; asks nothing yet."""
        return Batch(self._rest, batch_id)

    def list(self, endpoint_id: str = "") -> Iterator[Dict[str, Any]]:
        """Yields batches as Batch.get returns them, newest first, fetching as they are read.

        Args:
            endpoint_id: Only batches of this endpoint.
        """
        return self._rest.pages("/v1/batches", "batches", {"endpoint_id": endpoint_id}, page_size=100)
