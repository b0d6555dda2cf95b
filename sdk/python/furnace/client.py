"""The client of Furnace's REST API."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import Any, Dict, Iterable, Iterator, List, Optional, Union
from urllib.parse import quote

from furnace import _watch
from furnace._jobs import is_final
from furnace._rest import Rest
from furnace.endpoints import Endpoints
from furnace.errors import FurnaceError

DEFAULT_URL = "http://127.0.0.1:4210"
# A held request is cut well before the idle limit of common proxies (60 s).
WAIT_SLICE_MS = 30_000

Job = Dict[str, Any]


class Client:
    """Calls Furnace on behalf of one project.

    A job is a dict with the fields of the API's Job, e.g. "id", "status"
    ("IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "TIMED_OUT", "CANCELLED"),
    "output", "error", "delay_ms", "execution_ms". A field that is not set may be
    missing.

    Safe to share between threads. Every method raises FurnaceError when the call is
    refused, not answered or too late, and ValueError when an input is not JSON. GETs
    are repeated a few times while the gateway cannot be reached; nothing else is, as
    it may have been carried out.
    """

    def __init__(
        self,
        base_url: Optional[str] = None,
        api_key: Optional[str] = None,
        timeout: float = 30.0,
    ) -> None:
        """
        Args:
            base_url: Default: FURNACE_URL, else "http://127.0.0.1:4210".
            api_key: Default: FURNACE_API_KEY, else none.
            timeout: Seconds a call may take, above the time it asks to be held.
        """
        url = base_url or os.environ.get("FURNACE_URL") or DEFAULT_URL
        key = api_key if api_key is not None else os.environ.get("FURNACE_API_KEY", "")
        self._rest = Rest(url, key, timeout)
        self.endpoints = Endpoints(self._rest)

    def run(self, endpoint_id: str, input: Any, priority: int = 0) -> Job:
        """Queues a job and returns it once that is durable.

        Args:
            input: Any JSON value of at most 10 MiB; the handler's event["input"].
            priority: -10 (last) to 10 (first).

        Raises:
            FurnaceError: "NOT_FOUND", no such endpoint. "RESOURCE_EXHAUSTED", the
                input is too large or the queue is full. "UNAVAILABLE", the job may or
                may not have been queued.
        """
        body = {"input": input, "priority": priority}
        return self._rest.call("POST", _endpoint(endpoint_id) + "/run", body=body)

    def run_batch(self, endpoint_id: str, inputs: Iterable[Any], priority: int = 0) -> List[str]:
        """Queues 1 to 1,000 jobs, 10 MiB in all: every one or none.

        Returns their ids, in the order of `inputs`.
        """
        body = {"jobs": [{"input": each, "priority": priority} for each in inputs]}
        return self._rest.call("POST", _endpoint(endpoint_id) + "/batch", body=body)["job_ids"]

    def run_sync(
        self, endpoint_id: str, input: Any, wait_ms: int = 90_000, priority: int = 0
    ) -> Job:
        """Queues a job and returns it once it is final or `wait_ms` has passed.

        Args:
            input: As in `run`, of at most 20 MiB.
            wait_ms: 1,000-300,000. The job goes on after it; see `wait`.
        """
        body = {"input": input, "priority": priority, "wait_ms": wait_ms}
        path = _endpoint(endpoint_id) + "/runsync"
        return self._rest.call("POST", path, body=body, extra_seconds=wait_ms / 1000)

    def job(self, job_id: str, include_input: bool = False) -> Job:
        """Returns a job as it is now."""
        query = {"include_input": "true"} if include_input else {}
        return self._rest.call("GET", _job(job_id), query)

    def jobs(self, endpoint_id: str = "", status: str = "") -> Iterator[Job]:
        """Yields jobs, newest first and without outputs, fetching as they are read.

        Args:
            endpoint_id: Only jobs of this endpoint.
            status: Only jobs in this state, e.g. "FAILED".
        """
        query = {"endpoint_id": endpoint_id, "status": status}
        return self._rest.pages("/v1/jobs", "jobs", query)

    def wait(self, job_id: str, timeout: float = 300.0) -> Job:
        """Returns a job once it is final.

        Args:
            timeout: Most seconds to wait.

        Raises:
            FurnaceError: "DEADLINE_EXCEEDED", the job is not final after `timeout`.
        """
        deadline = time.monotonic() + timeout
        while True:
            left_ms = max(0, int((deadline - time.monotonic()) * 1000))
            slice_ms = min(left_ms, WAIT_SLICE_MS)
            query = {"wait_ms": str(slice_ms)}
            path = _job(job_id) + "/wait"
            job = self._rest.call("GET", path, query, extra_seconds=slice_ms / 1000)
            if is_final(job):
                return job
            if time.monotonic() >= deadline:
                message = f"job {job_id} is {job.get('status')} after {timeout} s"
                raise FurnaceError(0, "DEADLINE_EXCEEDED", message)

    def cancel(self, job_id: str) -> Job:
        """Cancels a job and returns it. A final job stays as it is."""
        return self._rest.call("POST", _job(job_id) + "/cancel", body={})

    def watch(
        self, job_id: str, after_chunk: int = 0, timeout: float = 3600.0
    ) -> Iterator[Dict[str, Any]]:
        """Yields {"job": job, "chunks": [{"sequence", "output"}, ...]} until it is final.

        The present state comes first, then every change, progress report and chunk.
        A broken connection is taken up again after the last chunk seen.

        Args:
            after_chunk: Sequence number of the last chunk already known.
            timeout: Most seconds to watch.

        Raises:
            FurnaceError: "DEADLINE_EXCEEDED", the job is not final after `timeout`.
        """
        deadline = time.monotonic() + timeout
        return _watch.follow(self._rest, _job(job_id) + "/watch", after_chunk, deadline)

    def workers(self, endpoint_id: str = "") -> List[Dict[str, Any]]:
        """Returns the project's workers: "id", "endpoint_id", "status", "gpu_type", ...

        Args:
            endpoint_id: Only workers of this endpoint.
        """
        query = {"endpoint_id": endpoint_id}
        return self._rest.call("GET", "/v1/workers", query).get("workers", [])

    def gpus(self) -> List[Dict[str, Any]]:
        """Returns the fleet's GPU types: "gpu_type", "vram_mib", "total", "available", ..."""
        return self._rest.call("GET", "/v1/gpus").get("gpus", [])

    def usage(
        self,
        start_time: Union[datetime, str] = "",
        end_time: Union[datetime, str] = "",
        endpoint_id: str = "",
        group_by: Iterable[str] = (),
        job_id: str = "",
    ) -> Dict[str, Any]:
        """Sums usage over a period: {"rows": [row, ...], "total": row}.

        A row has "gpu_time_us" (microseconds), "invocations", "cost_nanos"
        (nano-dollars) and more, and the keys it is grouped by.

        Args:
            start_time: From here on; default the first of the present UTC month. A
                datetime with a time zone, or RFC 3339.
            end_time: Before here; default now.
            endpoint_id: Only this endpoint.
            group_by: Any of "ENDPOINT", "GPU_TYPE", "HOUR".
            job_id: Only this job.

        Raises:
            ValueError: A datetime without a time zone.
        """
        query = {
            "start_time": _rfc3339(start_time),
            "end_time": _rfc3339(end_time),
            "endpoint_id": endpoint_id,
            "group_by": list(group_by),
            "job_id": job_id,
        }
        return self._rest.call("GET", "/v1/usage", query)


def _endpoint(endpoint_id: str) -> str:
    return "/v1/endpoints/" + quote(endpoint_id, safe="")


def _job(job_id: str) -> str:
    return "/v1/jobs/" + quote(job_id, safe="")


def _rfc3339(when: Union[datetime, str]) -> str:
    if isinstance(when, str):
        return when
    if when.tzinfo is None:
        raise ValueError("a datetime needs a time zone")
    return when.isoformat()
