"""What the end-to-end tests share: a running suite and short words for the REST API."""

import contextlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

import servers
import suite

HANDLERS = pathlib.Path(__file__).resolve().parent / "handlers"
FINAL = ("COMPLETED", "FAILED", "TIMED_OUT", "CANCELLED")
# A job of these tests that takes longer than this is lost.
JOB_TIMEOUT_S = 60
GPU_SECOND_NANOS = {"rtx4000": 60_000, "rtx4090": 120_000}
INVOCATION_NANOS = 100_000


def encode(value) -> bytes:
    """A JSON body."""
    return json.dumps(value).encode()


class SuiteCase(unittest.TestCase):
    """Tests against one suite, which is started once for the class."""

    GPUS = "rtx4000=100:20480:simulated"
    REDIS_FSYNC = "always"
    # Environment variables by service.
    EXTRA = {}
    # Of the project that calls are made as; None: the suite's own.
    own_key = None
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite(os.environ["FURNACE_BIN"], gpus=cls.GPUS, redis_fsync=cls.REDIS_FSYNC,
                                extra=cls.EXTRA)
        cls.addClassCleanup(cls.suite.close)

    def setUp(self):
        # Gates of handlers, see gate().
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="furnace-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)

    # --- REST ---

    def call(self, method: str, path: str, body=None, *, key=None) -> dict:
        """A call that has to succeed; returns its answer."""
        status, answer = self.suite.request(method, path, body, key=key or self.own_key)
        self.assertEqual(status, 200, f"{method} {path}: {answer}")
        return answer

    def raw(self, method: str, path: str, body=None, *, headers=None) -> tuple:
        """A call whose answer is returned as it came: (status, bytes)."""
        request = urllib.request.Request(self.suite.url + path, data=body, method=method, headers={
            "Authorization": f"Bearer {self.suite.api_key}", "Content-Type": "application/json",
            **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=JOB_TIMEOUT_S) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def pages(self, path: str, field: str, **query) -> list:
        """Everything a list has, over all of its pages."""
        items = []
        while True:
            page = self.call("GET", f"{path}?{urllib.parse.urlencode(query)}")
            items += page.get(field, [])
            if not page.get("next_page_token"):
                return items
            query["page_token"] = page["next_page_token"]

    def new_project(self, key_name: str = "k") -> tuple:
        """A project, made by the suite's own: its id, and its first key as it was issued."""
        project = self.call("POST", "/v1/projects", {"name": f"p-{uuid.uuid4()}"})["id"]
        return project, self.call("POST", f"/v1/projects/{project}/keys", {"name": key_name, "role": "ADMIN"})

    # --- Endpoints ---

    def endpoint(self, name: str, **spec) -> str:
        """Declares an endpoint of the puppet handler and returns its id.

        It is deleted after the test.
        """
        answer = self.call("POST", "/v1/endpoints", {
            "name": name, "image_uri": f"file://{HANDLERS}", "handler_path": "echo.py",
            "gpu_types": ["rtx4000"], "timeout_seconds": 30, "max_workers": 1,
            "idle_timeout_seconds": 30, **spec})
        self.addCleanup(self._remove_endpoint, answer["id"])
        return answer["id"]

    def _remove_endpoint(self, endpoint: str):
        for job in self.pages("/v1/jobs", "jobs", endpoint_id=endpoint):
            if job["status"] not in FINAL:
                self.suite.request("POST", f"/v1/jobs/{job['id']}/cancel", {}, key=self.own_key)
        self.suite.request("DELETE", f"/v1/endpoints/{endpoint}", key=self.own_key)

    def start_again(self, service: str):
        """Starts a service that was killed, and waits until the gateway has found it."""
        self.suite.start(service)
        servers.wait_until(lambda: self.suite.request("GET", "/v1/jobs")[0] == 200, "the suite to answer")

    def workers(self, endpoint: str) -> list:
        """The endpoint's workers."""
        workers = self.call("GET", "/v1/workers").get("workers", [])
        return [worker for worker in workers if worker["endpoint_id"] == endpoint]

    def await_workers(self, endpoint: str, count: int) -> list:
        """Polls until the endpoint has `count` workers that have connected, and no others."""
        def settled():
            workers = self.workers(endpoint)
            ready = all(worker["status"] != "STARTING" for worker in workers)
            return (ready and len(workers) == count) and (workers or True)
        return servers.wait_until(settled, f"endpoint {endpoint} to have {count} workers", JOB_TIMEOUT_S)

    # --- Jobs ---

    def submit(self, endpoint: str, job_input, **fields) -> str:
        """Queues a job and returns its id."""
        return self.call("POST", f"/v1/endpoints/{endpoint}/run", {"input": job_input, **fields})["id"]

    def job(self, job_id: str) -> dict:
        """A job as it is now."""
        return self.call("GET", f"/v1/jobs/{job_id}")

    def await_status(self, job_id: str, *statuses: str) -> dict:
        """Polls until the job is in one of these states."""
        def reached():
            job = self.job(job_id)
            if job["status"] in FINAL and job["status"] not in statuses:
                self.fail(f"the job ended without ever being {statuses}: {job}")
            return job if job["status"] in statuses else None
        return servers.wait_until(reached, f"job {job_id} to be {statuses}", JOB_TIMEOUT_S)

    def await_reason(self, job_id: str, constraint: str) -> dict:
        """Polls until the job waits for this constraint; returns why it waits."""
        def reached():
            waiting = self.job(job_id)["waiting"]
            return waiting["constraint"] == constraint and waiting
        return servers.wait_until(reached, f"job {job_id} to wait for {constraint}", JOB_TIMEOUT_S)

    def finish(self, job_id: str) -> dict:
        """Waits until the job is final."""
        job = self.call("GET", f"/v1/jobs/{job_id}/wait?wait_ms={JOB_TIMEOUT_S * 1000}")
        self.assertIn(job["status"], FINAL)
        return job

    def complete(self, job_id: str) -> dict:
        """Waits until the job is final; it has to be COMPLETED."""
        job = self.finish(job_id)
        self.assertEqual(job["status"], "COMPLETED", job)
        return job

    def run_job(self, endpoint: str, job_input, **fields) -> dict:
        """Runs a job, which has to be COMPLETED."""
        return self.complete(self.submit(endpoint, job_input, **fields))

    # --- Gates ---

    @contextlib.contextmanager
    def gate(self, endpoint: str, name: str = "gate"):
        """Occupies a worker of the endpoint with a job for as long as the context lasts;
        gives that job's id."""
        path = self.folder / name
        job_id = self.submit(endpoint, {"op": "gate", "path": str(path)}, priority=10)
        self.await_status(job_id, "IN_PROGRESS")
        try:
            yield job_id
        finally:
            path.touch()


def main():
    """Runs the tests of the calling file."""
    unittest.main(module=sys.modules["__main__"], verbosity=2, warnings="ignore")


class ProjectCase(SuiteCase):
    """Each test has a project of its own, as which it calls."""

    def setUp(self):
        super().setUp()
        self.project, issued = self.new_project()
        self.own_key = issued["secret"]
