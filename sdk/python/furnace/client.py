"""The client of Furnace's REST API."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import Any, Dict, Iterable, Iterator, List, Optional, Union
from urllib.parse import quote

from furnace import _watch
from furnace._jobs import is_final
from furnace._options import rfc3339
from furnace._paths import endpoint_path, job_path, project_path
from furnace._rest import Rest
from furnace._submitting import Submitting
from furnace.batches import Batches
from furnace.credits import Credits
from furnace.budgets import Budgets
from furnace.endpoints import Endpoint, Endpoints
from furnace.errors import FurnaceError
from furnace.reports import Reports
from furnace.invoices import Invoices
from furnace.schedules import Schedules
from furnace.sinks import Sinks
from furnace.webhooks import Webhooks

DEFAULT_URL = "http://127.0.0.1:4210"
# A held request is cut well before the idle limit of common proxies (60 s).
WAIT_SLICE_MS = 30_000

Job = Dict[str, Any]


class Client(Submitting):
    """Calls Furnace on behalf of one project.

    A job is a dict with the fields of the API's Job, e.g. "id", "status" ("WAITING",
    "DELAYED", "IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "TIMED_OUT", "CANCELLED"),
    "output", "error", "delay_ms", "execution_ms". A field that is not set may be
    missing.

    Safe to share between threads. Keeps a connection for each of them; use it in a
    `with` statement, or `close` it, to give them up. Every method raises FurnaceError when the call is
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
        self.schedules = Schedules(self._rest)
        self.budgets = Budgets(self._rest)
        self.batches = Batches(self._rest)
        self.webhooks = Webhooks(self._rest)
        self.reports = Reports(self._rest)
        self.sinks = Sinks(self._rest)
        self.invoices = Invoices(self._rest)
        self.credits = Credits(self._rest)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections of all threads. Watches have their own, and go on.

        Call it when no other method is running. A method that is called afterwards
        opens a connection again.
        """
        self._rest.close()

    def webhook_secret(self) -> str:
        """Returns what the project's webhooks are signed with."""
        return self._rest.call("GET", "/v1/webhooks/secret")["secret"]

    def job(self, job_id: str, include_input: bool = False, output_url: bool = False) -> Job:
        """Returns a job as it is now, with its `attempts`.

        Args:
            include_input: Return its `input`, too.
            output_url: Return `output_url` in place of `output`: where that can be
                fetched without a key for a while.
        """
        query = {"include_input": "true"} if include_input else {}
        if output_url:
            query["output_url"] = "true"
        return self._rest.call("GET", job_path(job_id), query)

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
            path = job_path(job_id) + "/wait"
            job = self._rest.call("GET", path, query, extra_seconds=slice_ms / 1000)
            if is_final(job):
                return job
            if time.monotonic() >= deadline:
                message = f"job {job_id} is {job.get('status')} after {timeout} s"
                raise FurnaceError(0, "DEADLINE_EXCEEDED", message)

    def cancel(self, job_id: str) -> Job:
        """Cancels a job and returns it. A final job stays as it is."""
        return self._rest.call("POST", job_path(job_id) + "/cancel", body={})

    def purge(self, endpoint_id: str) -> int:
        """Cancels every job of an endpoint that does not run, and returns how many.

        Raises:
            FurnaceError: "NOT_FOUND", no such endpoint.
        """
        return self._rest.call("POST", endpoint_path(endpoint_id) + "/purge", body={})["purged"]

    def pause(self, endpoint_id: str) -> Endpoint:
        """Pauses an endpoint and returns it: it takes jobs and starts none of them.

        Jobs that run go on. Pausing a paused endpoint changes nothing.

        Raises:
            FurnaceError: "NOT_FOUND", no such endpoint.
        """
        return self._rest.call("POST", endpoint_path(endpoint_id) + "/pause", body={})

    def resume(self, endpoint_id: str) -> Endpoint:
        """Lets a paused endpoint's jobs run again and returns the endpoint.

        Resuming an active endpoint changes nothing.

        Raises:
            FurnaceError: "NOT_FOUND", no such endpoint.
        """
        return self._rest.call("POST", endpoint_path(endpoint_id) + "/resume", body={})

    def dead_letters(self, endpoint_id: str) -> Iterator[Job]:
        """Yields an endpoint's jobs that FAILED with their retries spent.

        Newest first and without outputs, fetching as they are read; "error" and
        "cause" say why they failed.
        """
        return self._rest.pages(endpoint_path(endpoint_id) + "/dead-letters", "jobs")

    def redrive(self, job_id: str) -> Job:
        """Queues a job that FAILED or TIMED_OUT again, under its id, and returns it.

        It has all its retries and a new time to live.

        Raises:
            FurnaceError: "NOT_FOUND", no such job. "FAILED_PRECONDITION", it is in
                another state, or its endpoint is deleted.
        """
        return self._rest.call("POST", job_path(job_id) + "/redrive", body={})

    def redrive_all(self, endpoint_id: str) -> Dict[str, Any]:
        """Redrives an endpoint's dead letters, the newest 100 in one call.

        Returns {"redriven": jobs that were queued again, "more": whether dead letters
        are left}.

        Raises:
            FurnaceError: "NOT_FOUND", no such endpoint.
        """
        path = endpoint_path(endpoint_id) + "/dead-letters/redrive"
        return self._rest.call("POST", path, body={})

    def rebuild_queue(self) -> Dict[str, int]:
        """Puts back from PostgreSQL the jobs that Redis has lost. For operators.

        Safe at any time, and twice: live jobs are left alone. Returns how many jobs
        were "examined", "live", "restored" and "left_out" (queued under another number
        of shards).
        """
        total = {"examined": 0, "live": 0, "restored": 0, "left_out": 0}
        token = ""
        while True:
            page = self._rest.call("POST", "/v1/queue/rebuild", body={"page_token": token})
            for name in total:
                total[name] += page.get(name, 0)
            token = page.get("next_page_token", "")
            if not token:
                return total

    def quota(self, project_id: str = "me") -> Dict[str, int]:
        """Returns what the project may use at most: "max_queued_jobs",
        "max_concurrent_gpus", "max_requests_per_day". What is missing is not limited.

        Args:
            project_id: Another project, for operators.

        Raises:
            FurnaceError: "NOT_FOUND", no such project.
        """
        return self._rest.call("GET", project_path(project_id)).get("quota", {})

    def set_quota(self, project_id: str, **quota: int) -> Dict[str, int]:
        """Sets what a project may use, and returns it. For operators.

        Args:
            **quota: As `quota` returns it; what is left out is not limited any more.

        Raises:
            FurnaceError: "INVALID_ARGUMENT" names the field and what is wrong.
                "NOT_FOUND", no such project.
        """
        path = project_path(project_id) + "/quota"
        return self._rest.call("PUT", path, body=quota).get("quota", {})

    def watch(
        self, job_id: str, after_chunk: int = 0, timeout: float = 3600.0
    ) -> Iterator[Dict[str, Any]]:
        """Yields {"job": job, "chunks": [...]} until the job is final.

        The present state comes first, then every change, progress report and chunk.
        A chunk is {"sequence", "output", "attempt"}; each comes once, in order of
        "sequence". Where chunks before these are not kept any more, "dropped" says how
        many. A broken connection is taken up again after the last chunk seen, for about
        a minute.

        Args:
            after_chunk: Sequence number of the last chunk already known.
            timeout: Most seconds to watch.

        Raises:
            FurnaceError: "DEADLINE_EXCEEDED", the job is not final after `timeout`.
        """
        deadline = time.monotonic() + timeout
        return _watch.follow(self._rest, job_path(job_id) + "/watch", after_chunk, deadline)

    def workers(self, endpoint_id: str = "") -> List[Dict[str, Any]]:
        """Returns the project's workers: "id", "endpoint_id", "status", "gpu_type", ...

        Of its GPUs, as far as it reports them: "gpus" and "gpu_readings".

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
            "start_time": rfc3339(start_time),
            "end_time": rfc3339(end_time),
            "endpoint_id": endpoint_id,
            "group_by": list(group_by),
            "job_id": job_id,
        }
        return self._rest.call("GET", "/v1/usage", query)

    def ledger(self, job_id: str = "") -> Iterator[Dict[str, Any]]:
        """Yields ledger entries, oldest first, fetching as they are read.

        An entry has "kind", "amount_nanos" (nano-dollars), "unit_price_nanos", "gpu_time_us"
        and more.

        Args:
            job_id: Only entries of this job.
        """
        return self._rest.pages("/v1/ledger", "entries", {"job_id": job_id})

    def prices(self) -> List[Dict[str, Any]]:
        """Returns the prices in force: the general ones and the project's own.

        A price has "unit", "nanos" (nano-dollars a unit), "effective_from" and, where it is
        not for all, "gpu_type", "region", "tier" and "project_id". Of those that fit the
        most specific counts, see docs/prices.md.
        """
        return self._rest.call("GET", "/v1/prices").get("prices", [])

    def price_terms(self) -> List[Dict[str, Any]]:
        """Returns what was agreed about whole months: tiers, packages, allowances, minimums."""
        return self._rest.call("GET", "/v1/price-terms").get("terms", [])

    def receipts(self, job_id: str) -> List[Dict[str, Any]]:
        """Returns what proves the charges of a job, one receipt an attempt.

        `furnace audit verify` and docs/metering.md say how they are verified.

        Raises:
            FurnaceError: "NOT_FOUND", the ledger has nothing of the job.
        """
        path = "/v1/receipts/" + quote(job_id, safe="")
        return self._rest.call("GET", path).get("receipts", [])
