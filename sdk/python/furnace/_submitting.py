"""The methods of the client that queue jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Iterable, List, Optional, Union
from urllib.parse import quote

from furnace._options import job_options
from furnace._paths import endpoint_path
from furnace._rest import Rest
from furnace.batches import Batch

Job = Dict[str, Any]


class Submitting:
    """What `Client` does about new jobs; `_rest` is the client's."""

    _rest: Rest

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
        starts_no_worker: bool = False,
        affinity: Optional[Dict[str, Any]] = None,
        webhook: Union[str, Dict[str, Any], None] = None,
        s3_config: Optional[Dict[str, Any]] = None,
        tags: Optional[Dict[str, str]] = None,
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
            starts_no_worker: The job runs when a worker is there for other jobs, and
                starts none; it may wait for ever. Not with `critical`.
            affinity: What the job asks of its worker; any of "gpu_types" (of the
                endpoint's, in order of preference), "vram_min_mib", "region",
                "latency_sensitive" (never on a federated worker) and "model" (workers
                that have it warm get the job first).
            webhook: Where the job is posted once it is final: a URL, or {"url", "format"}
                with the format "FURNACE" or "RUNPOD". Default: the endpoint's. See
                `furnace.webhooks.verify` and `Client.webhooks`.
            s3_config: Handed to the handler as event["s3Config"] and shown to nobody
                else, e.g. the credentials of a bucket; at most 4 KiB of JSON. It is
                forgotten when the job ends.
            tags: By what costs are told apart in reports, e.g. {"team": "red"}: at most 15,
                names and values of 1-64 printable ASCII characters, names without "=".
                `run_task` adds "task_type", which is not to be given.

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
            not_before=not_before,
            ttl_seconds=ttl_seconds,
            timeout_seconds=timeout_seconds,
            concurrency_key=concurrency_key,
            idempotency_key=idempotency_key,
            ack=ack,
            depends_on=depends_on,
            on_parent_failure=on_parent_failure,
            window=window,
            critical=critical,
            starts_no_worker=starts_no_worker,
            affinity=affinity,
            webhook=webhook,
            s3_config=s3_config,
            tags=tags,
        )
        body = {"input": input, "priority": priority, **options}
        return self._rest.call("POST", endpoint_path(endpoint_id) + "/run", body=body)

    def run_task(
        self,
        task_type: str,
        input: Any,
        priority: int = 0,
        **options: Any,
    ) -> Job:
        """Queues a job at an endpoint of the project that declares the task type.

        Of those that are not paused it is the first by name. Its options and errors
        are those of `run`; "NOT_FOUND", no endpoint declares it.
        """
        body = {"input": input, "priority": priority, **job_options(**options)}
        path = f"/v1/tasks/{quote(task_type, safe='')}/run"
        return self._rest.call("POST", path, body=body)

    def run_batch(
        self,
        endpoint_id: str,
        inputs: Iterable[Any],
        priority: int = 0,
        **options: Any,
    ) -> List[str]:
        """Queues 1 to 1,000 jobs, 10 MiB in all: every one or none.

        The options are those of `run` and go for each of the jobs. Returns their ids,
        in the order of `inputs`. `batch` does the same and tells of them as a whole.
        """
        return self.batch(endpoint_id, inputs, priority, **options).job_ids

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
        **options: Any,
    ) -> Job:
        """Queues a job and returns it once it is final or `wait_ms` has passed.

        Args:
            input: As in `run`, of at most 20 MiB.
            wait_ms: 1,000-300,000. The job goes on after it; see `wait`.

        Its options and errors are those of `run`.
        """
        asked = {"input": input, "priority": priority, **job_options(**options)}
        body = {"wait_ms": wait_ms, **asked}
        path = endpoint_path(endpoint_id) + "/runsync"
        return self._rest.call("POST", path, body=body, extra_seconds=wait_ms / 1000)
