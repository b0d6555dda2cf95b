"""The client of Furnace's REST API."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import Any, Dict, Iterable, Iterator, List, Optional, Union

from furnace import _watch
from furnace._jobs import is_final
from furnace._options import job_options, rfc3339
from furnace._paths import endpoint_path, job_path
from furnace._rest import Rest
from furnace.batches import Batch, Batches
from furnace.endpoints import Endpoint, Endpoints
from furnace.errors import FurnaceError
from furnace.schedules import Schedules

DEFAULT_URL = "http://127.0.0.1:4210"
# A held request is cut well before the idle limit of common proxies (60 s).
WAIT_SLICE_MS = 30_000

Job = Dict[str, Any]


class Client:
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
        self.batches = Batches(self._rest)

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

    def run(
        self,
        endpoint_id: str,
        input: Any,
        priority: int = 0,
        *,
        not_before: Union[datetime, str, None] = None,
        ttl_seconds: Optional[int] = None,
        timeout_seconds: Optional[int] = None,
        idempotency_key: Optional[str] = None,
        concurrency_key: Optional[str] = None,
        ack: Optional[str] = None,
        depends_on: Iterable[Union[str, Job]] = (),
        on_parent_failure: Optional[str] = None,
        window: Optional[Dict[str, Any]] = None,
        critical: bool = False,
        affinity: Optional[Dict[str, Any]] = None,
    ) -> Job:
        """Queues a job and returns it once that is durable.

        Args:
            input: Any JSON value of at most 10 MiB; the handler's event["input"].
            priority: -10 (last) to 10 (first).
            not_before: When the job may run at the earliest, at most 365 days ahead;
                it is DELAYED until then. A datetime with a time zone, or RFC 3339.
                Default: at once.
            ttl_seconds: Seconds from now after which the job ends as TIMED_OUT if it
                does not run, 1-2,592,000. Default: the endpoint's.
            timeout_seconds: Seconds an attempt may run, 1-604,800. Default: the
                endpoint's.
            idempotency_key: Names this submit: another one to the endpoint with the
                same key returns the first one's job, so that a submit without an answer
                can be repeated. 1-255 printable ASCII characters. The endpoint decides
                how long it is remembered (a day unless told otherwise).
            concurrency_key: Jobs of the endpoint that share it run one at a time. At
                most 255 bytes of UTF-8 without control characters.
            ack: "QUEUED", the default, or "PERSISTED": the job is in PostgreSQL, too,
                before this returns, and survives the loss of Redis with its disk.
            depends_on: Jobs, or their ids, that must end first; at most 100. It is
                WAITING until then. In `input`, {"$output": id, "pointer": "/a/0"} stands
                for that part of the output of one of them (without "pointer": for all
                of it), or None where there is no such part.
            on_parent_failure: What becomes of it when one of these does not end as
                COMPLETED: "FAIL", "SKIP" (it is CANCELLED) or "CONTINUE". Default: FAIL.
            window: When it may start: {"start": "22:00", "end": "06:00"} with, optional,
                "time_zone" (an IANA name, "UTC") and "days" (["MONDAY", ...], all). One
                that runs when the window closes goes on.
            critical: The job goes before all of the endpoint that are not, and a worker
                starts for it at once.
            affinity: What the job asks of its worker; any of "gpu_types" (of the
                endpoint's, in order of preference), "vram_min_mib", "region",
                "latency_sensitive" (never on a federated worker) and "model" (workers
                that have it warm get the job first).

        Raises:
            FurnaceError: "NOT_FOUND", no such endpoint or job. "INVALID_ARGUMENT" names the
                field and its range. "ALREADY_EXISTS", the idempotency key stands for a
                job with another input or other options. "RESOURCE_EXHAUSTED", the
                input is too large or the queue is full. "UNAVAILABLE", the job may or
                may not have been queued.
            ValueError: `not_before` is a datetime without a time zone, or
                `idempotency_key` is empty.
        """
        options = job_options(
            not_before,
            ttl_seconds,
            timeout_seconds,
            concurrency_key,
            idempotency_key,
            ack,
            depends_on=depends_on,
            on_parent_failure=on_parent_failure,
            window=window,
            critical=critical,
            affinity=affinity,
        )
        body = {"input": input, "priority": priority, **options}
        return self._rest.call("POST", endpoint_path(endpoint_id) + "/run", body=body)

    def run_task(
        self,
        task_type: str,
        input: Any,
        priority: int = 0,
        *,
        not_before: Union[datetime, str, None] = None,
        ttl_seconds: Optional[int] = None,
        timeout_seconds: Optional[int] = None,
        idempotency_key: Optional[str] = None,
        concurrency_key: Optional[str] = None,
        critical: bool = False,
        affinity: Optional[Dict[str, Any]] = None,
    ) -> Job:
        """Queues a job at an endpoint of the project that declares the task type.

        Of those that are not paused it is the first by name. The other arguments and
        the errors are those of `run`; "NOT_FOUND", no endpoint declares it.
        """
        options = job_options(
            not_before,
            ttl_seconds,
            timeout_seconds,
            concurrency_key,
            idempotency_key,
            critical,
            affinity,
        )
        body = {"input": input, "priority": priority, **options}
        path = f"/v1/tasks/{quote(task_type, safe='')}/run"
        return self._rest.call("POST", path, body=body)

    def run_batch(
        self,
        endpoint_id: str,
        inputs: Iterable[Any],
        priority: int = 0,
        *,
        not_before: Union[datetime, str, None] = None,
        ttl_seconds: Optional[int] = None,
        timeout_seconds: Optional[int] = None,
        concurrency_key: Optional[str] = None,
        ack: Optional[str] = None,
        depends_on: Iterable[Union[str, Job]] = (),
        on_parent_failure: Optional[str] = None,
        window: Optional[Dict[str, Any]] = None,
        critical: bool = False,
        affinity: Optional[Dict[str, Any]] = None,
    ) -> List[str]:
        """Queues 1 to 1,000 jobs, 10 MiB in all: every one or none.

        The options are those of `run` and go for each of the jobs. Returns their ids,
        in the order of `inputs`. `batch` does the same and tells of them as a whole.
        """
        options = job_options(
            not_before,
            ttl_seconds,
            timeout_seconds,
            concurrency_key,
            ack=ack,
            depends_on=depends_on,
            on_parent_failure=on_parent_failure,
            window=window,
            critical=critical,
            affinity=affinity,
        )
        return self.batch(endpoint_id, inputs, priority, **options.get("options", {})).job_ids

    def batch(
        self,
        endpoint_id: str,
        inputs: Iterable[Any],
        priority: int = 0,
        *,
        name: str = "",
        one_worker: bool = False,
        webhook_url: str = "",
        **options: Any,
    ) -> Batch:
        """Queues 1 to 1,000 jobs, 10 MiB in all, as a batch: every one or none.

        Args:
            name: For people, at most 255 bytes.
            one_worker: Run them one after another on the same worker, so that container
                and model are loaded once.
            webhook_url: Where the batch is posted once it is done; `furnace.webhooks.verify`
                tells whether what comes is from Furnace.
            **options: Those of `run` but `idempotency_key`, for each of the jobs.

        The errors are those of `run`.
        """
        each = job_options(**options)
        body: Dict[str, Any] = {
            "jobs": [{"input": input, "priority": priority, **each} for input in inputs]
        }
        if name:
            body["name"] = name
        if one_worker:
            body["one_worker"] = True
        if webhook_url:
            body["webhook_url"] = webhook_url
        answer = self._rest.call("POST", endpoint_path(endpoint_id) + "/batch", body=body)
        return Batch(self._rest, answer.get("batch_id", ""), answer["job_ids"])

    def webhook_secret(self) -> str:
        """Returns what the project's webhooks are signed with."""
        return self._rest.call("GET", "/v1/webhooks/secret")["secret"]

    def run_graph(self, nodes: Dict[str, Dict[str, Any]]) -> Dict[str, str]:
        """Queues jobs that depend on each other: every one or none.

        Args:
            nodes: By name (1-63 characters of [A-Za-z0-9_.-]), at most 1,000: {"endpoint_id",
                "input", "priority", "depends_on": names of nodes that must end first,
                "options": the API's JobOptions}. Inputs refer to outputs by names.

        Returns the id of each node's job, by its name. The errors are those of `run`.
        """
        body = {"nodes": [{"name": name, **node} for name, node in nodes.items()]}
        return self._rest.call("POST", "/v1/graphs", body=body)["job_ids"]

    def run_sync(
        self,
        endpoint_id: str,
        input: Any,
        wait_ms: int = 90_000,
        priority: int = 0,
        *,
        not_before: Union[datetime, str, None] = None,
        ttl_seconds: Optional[int] = None,
        timeout_seconds: Optional[int] = None,
        idempotency_key: Optional[str] = None,
        concurrency_key: Optional[str] = None,
        ack: Optional[str] = None,
        depends_on: Iterable[Union[str, Job]] = (),
        on_parent_failure: Optional[str] = None,
        window: Optional[Dict[str, Any]] = None,
        critical: bool = False,
        affinity: Optional[Dict[str, Any]] = None,
    ) -> Job:
        """Queues a job and returns it once it is final or `wait_ms` has passed.

        Args:
            input: As in `run`, of at most 20 MiB.
            wait_ms: 1,000-300,000. The job goes on after it; see `wait`.

        The other arguments and the errors are those of `run`.
        """
        options = job_options(
            not_before,
            ttl_seconds,
            timeout_seconds,
            concurrency_key,
            idempotency_key,
            ack,
            depends_on=depends_on,
            on_parent_failure=on_parent_failure,
            window=window,
            critical=critical,
            affinity=affinity,
        )
        body = {"input": input, "priority": priority, "wait_ms": wait_ms, **options}
        path = endpoint_path(endpoint_id) + "/runsync"
        return self._rest.call("POST", path, body=body, extra_seconds=wait_ms / 1000)

    def job(self, job_id: str, include_input: bool = False) -> Job:
        """Returns a job as it is now."""
        query = {"include_input": "true"} if include_input else {}
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
        """Redrives an endpoint's dead letters, the oldest 1,000 in one call.

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
