#!/usr/bin/env python3
"""RunPod's client API as its Python and Go clients and curl use it: their requests,
timeouts and ways to read an answer."""

import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.request
import uuid

import case
import furnace
import servers
from receiver import Receiver

CHUNKS = 60
# What RunPod's Python client waits for an answer.
RUN_TIMEOUT_S = STATUS_TIMEOUT_S = 10
CONTROL_TIMEOUT_S = 3
# Its list of states that end a stream; CANCELLED is missing.
PYTHON_FINAL = ("COMPLETED", "FAILED", "TIMED_OUT")


class RunpodClientTest(case.SuiteCase):
    """See case.SuiteCase."""

    def ask(self, method: str, path: str, body=None, *, timeout=STATUS_TIMEOUT_S, authorization=None):
        """A request as a client makes it: (status, answer, headers)."""
        request = urllib.request.Request(f"{self.suite.url}/v2/{path}", method=method, data=body, headers={
            "Authorization": authorization or f"Bearer {self.suite.api_key}",
            "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.loads(answer.read()), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read()), error.headers

    def good(self, method: str, path: str, body=None, **options) -> dict:
        """The answer of a request that has to succeed."""
        status, answer, _ = self.ask(method, path, body, **options)
        self.assertEqual(status, 200, f"{method} {path}: {answer}")
        return answer

    def idle(self, name: str) -> str:
        """An endpoint whose jobs do not run."""
        return self.endpoint(name, gpu_types=["rtx5090"])

    def run_by(self, endpoint: str, job_input, **fields) -> str:
        """Queues a job; its id."""
        answer = self.good("POST", f"{endpoint}/run", case.encode({"input": job_input, **fields}),
                           timeout=RUN_TIMEOUT_S)
        self.assertEqual(answer["status"], "IN_QUEUE")
        self.assertEqual(set(answer), {"id", "status"})
        return answer["id"]

    def refused(self, status: int, method: str, path: str, body=None, **options) -> str:
        """The error of a request that has to be refused so; always a string."""
        got, answer, _ = self.ask(method, path, body, **options)
        self.assertEqual(got, status, f"{method} {path}: {answer}")
        self.assertIsInstance(answer["error"], str)
        return answer["error"]

    def test_a_job_is_run_by_the_endpoints_name_and_polled_as_the_python_client_does(self):
        endpoint = self.endpoint("rp-poll")
        job = self.run_by("rp-poll", {"a": [1, "é"]})
        self.complete(job)
        done = self.good("GET", f"rp-poll/status/{job}")
        self.assertEqual(set(done), {"id", "status", "output", "workerId", "delayTime", "executionTime",
                                     "retries", "attempts"})
        self.assertEqual((done["id"], done["status"]), (job, "COMPLETED"))
        self.assertEqual(done["output"]["echo"], {"a": [1, "é"]})
        self.assertEqual(done["workerId"], done["output"]["worker"])
        for figure in ("delayTime", "executionTime", "retries"):
            self.assertIsInstance(done[figure], int)
        # Go's client posts, and ids may have the prefix of a sync job.
        for method, name, shown in (("POST", endpoint, job), ("GET", endpoint, f"sync-{job}")):
            self.assertEqual(self.good(method, f"{name}/status/{shown}"), {**done, "id": shown})

    def test_status_shows_each_attempt_and_how_it_ended(self):
        endpoint = self.endpoint("rp-attempts", max_retries=1)
        job = self.run_by(endpoint, {"op": "raise"})
        self.finish(job)

        def both():
            attempts = self.good("GET", f"{endpoint}/status/{job}").get("attempts", [])
            return len(attempts) == 2 and attempts
        first, second = servers.wait_until(both, "both attempts to show", case.JOB_TIMEOUT_S)
        self.assertEqual([first["attempt"], second["attempt"]], [1, 2])
        for attempt in (first, second):
            self.assertEqual(set(attempt), {"attempt", "workerId", "gpuType", "startedAt", "endedAt", "cause",
                                            "error"})
            self.assertEqual((attempt["gpuType"], attempt["cause"]), ("rtx4000", "HANDLER_ERROR"))
        self.assertLess(first["endedAt"], second["startedAt"])

    def test_status_gives_a_link_to_the_output_to_who_asks_for_one(self):
        endpoint = self.endpoint("rp-link")
        job = self.run_by(endpoint, "x" * 1000)
        output = self.complete(job)["output"]
        for query in ("output=url", "output_url=true"):
            shown = self.good("GET", f"{endpoint}/status/{job}?{query}")
            self.assertNotIn("output", shown)
            link = shown["output_url"]
            if link.startswith("/"):
                link = self.suite.url + link
            with urllib.request.urlopen(link, timeout=STATUS_TIMEOUT_S) as answer:
                self.assertEqual(json.loads(answer.read()), output)

    def test_a_webhook_gets_runpods_body(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        endpoint = self.endpoint("rp-webhook")
        job = self.run_by(endpoint, 7, webhook=receiver.url)
        self.complete(job)
        servers.wait_until(lambda: receiver.got, "the webhook", case.JOB_TIMEOUT_S)
        shown = self.good("GET", f"{endpoint}/status/{job}")
        del shown["attempts"]
        self.assertEqual(receiver.bodies(), [shown])

    def test_the_handler_sees_the_s3_config_and_no_answer_shows_it(self):
        endpoint = self.endpoint("rp-s3", handler_path="bare.py")
        config = {"accessId": "id-7", "accessSecret": "secret-7", "bucketName": "b"}
        job = self.run_by(endpoint, 1, s3Config=config)
        self.complete(job)
        done = self.good("GET", f"{endpoint}/status/{job}")
        self.assertEqual(json.loads(done.pop("output"))["s3Config"], config)
        for answer in (done, self.good("GET", f"{endpoint}/stream/{job}")):
            self.assertNotIn("secret-7", json.dumps(answer))

    def test_an_input_is_kept_byte_for_byte(self):
        raw = b'{ "z":1, "a" : [1E400, 123456789012345678901234567890, 0.10] }'
        endpoint = self.idle("rp-bytes")
        job = self.good("POST", f"{endpoint}/run", b'{"input": ' + raw + b', "x": 1}')["id"]
        _, shown = self.raw("GET", f"/v1/jobs/{job}?include_input=true")
        self.assertIn(b'"input":' + raw, shown)

    def test_runsync_answers_with_the_result_and_else_with_what_there_is_when_the_wait_is_over(self):
        endpoint = self.endpoint("rp-sync")
        done = self.good("POST", f"{endpoint}/runsync", case.encode({"input": 7}), timeout=60)
        self.assertEqual((done["status"], done["output"]), ("COMPLETED", {"echo": 7}))
        path = str(self.folder / "gate")
        waiting = self.good("POST", f"{endpoint}/runsync?wait=1000",
                            case.encode({"input": {"op": "gate", "path": path}}))
        self.assertIn(waiting["status"], ("IN_QUEUE", "IN_PROGRESS"))
        still = self.good("GET", f"{endpoint}/status-sync/{waiting['id']}?wait=1000")
        self.assertIn(still["status"], ("IN_QUEUE", "IN_PROGRESS"))
        pathlib.Path(path).touch()
        for method in ("GET", "POST"):
            done = self.good(method, f"{endpoint}/status-sync/{waiting['id']}", timeout=60)
            self.assertEqual(done["status"], "COMPLETED")

    def test_a_job_in_progress_shows_its_progress_as_output(self):
        endpoint = self.endpoint("rp-progress")
        path = str(self.folder / "gate")
        job = self.run_by(endpoint, {"op": "progress", "value": {"done": 0.5}, "path": path})

        def reported():
            shown = self.good("GET", f"{endpoint}/status/{job}")
            return shown if "output" in shown else None
        shown = servers.wait_until(reported, "progress to show", case.JOB_TIMEOUT_S)
        self.assertEqual((shown["status"], shown["output"]), ("IN_PROGRESS", {"done": 0.5}))
        self.assertIn("workerId", shown)
        self.assertIn("delayTime", shown)
        pathlib.Path(path).touch()
        self.complete(job)

    def test_a_job_that_waits_says_why(self):
        endpoint = self.idle("rp-why")
        self.call("POST", f"/v1/endpoints/{endpoint}/pause", {})
        job = self.run_by(endpoint, 1)
        servers.wait_until(
            lambda: self.good("GET", f"{endpoint}/status/{job}")["waiting"]["constraint"] == "PAUSED",
            "the reason to show", case.JOB_TIMEOUT_S)

    def stream_as_python(self, endpoint: str, job: str, broken=()) -> list:
        """What the Python client's Job.stream yields; with its loop, that polls on until a
        final state comes with an empty stream. Polls that end by one of `broken` are repeated."""
        outputs = []
        while True:
            try:
                partial = self.good("GET", f"{endpoint}/stream/{job}")
            except broken:
                continue
            if partial["status"] not in PYTHON_FINAL or partial["stream"]:
                outputs += [chunk["output"] for chunk in partial["stream"]]
            elif partial["status"] in PYTHON_FINAL:
                return outputs

    def test_a_stream_is_drained_as_the_python_client_does(self):
        endpoint = self.endpoint("rp-stream", handler_path="count.py")
        job = self.run_by(endpoint, {"count": CHUNKS})
        self.assertEqual(self.stream_as_python(endpoint, job), [{"number": n} for n in range(CHUNKS)])

    def test_the_answer_that_shows_the_end_has_all_that_remains(self):
        endpoint = self.endpoint("rp-rest", handler_path="count.py")
        job = self.run_by(endpoint, {"count": CHUNKS})
        self.complete(job)
        # Go's client posts, with a wait.
        last = self.good("POST", f"{endpoint}/stream/{job}?wait=1000")
        self.assertEqual([chunk["output"]["number"] for chunk in last["stream"]], list(range(CHUNKS)))
        self.assertEqual(last["status"], "COMPLETED")
        self.assertEqual(self.good("GET", f"{endpoint}/stream/{job}")["stream"], [])
        rest = self.good("GET", f"{endpoint}/stream/{job}?after={CHUNKS - 2}")["stream"]
        self.assertEqual(self.good("GET", f"{endpoint}/stream/{job}?after={2**40}")["stream"], [])
        self.assertEqual([chunk["sequence"] for chunk in rest], [CHUNKS - 1, CHUNKS])

    def test_a_stream_whose_handler_fails_ends_with_the_error(self):
        endpoint = self.endpoint("rp-broken", handler_path="count.py", max_retries=0)
        job = self.run_by(endpoint, {"count": 5, "fail_at": 2, "path": str(self.folder / "failed")})
        outputs = self.stream_as_python(endpoint, job)
        self.assertEqual(outputs[:2], [{"number": 0}, {"number": 1}])
        self.assertEqual(len(outputs), 3)
        self.assertIn("told to", outputs[2]["error"])

    def test_an_empty_stream_is_answered_before_the_python_client_gives_up(self):
        endpoint = self.idle("rp-hold")
        job = self.run_by(endpoint, 1)
        self.assertEqual(self.good("GET", f"{endpoint}/stream/{job}"), {"status": "IN_QUEUE", "stream": []})

    def test_a_gateway_that_is_killed_loses_no_chunk_of_a_stream(self):
        endpoint = self.endpoint("rp-kill", handler_path="count.py")
        job = self.run_by(endpoint, {"count": CHUNKS})
        seen = []
        while len(seen) < CHUNKS // 3:
            seen += self.good("GET", f"{endpoint}/stream/{job}")["stream"]
        self.suite.kill("gateway")
        self.suite.start("gateway")
        rest = self.stream_as_python(endpoint, job, broken=(ConnectionError, urllib.error.URLError))
        # The new gateway does not know how far the client is: it repeats, and leaves out nothing.
        self.assertEqual(rest, [{"number": n} for n in range(CHUNKS)])

    def test_cancel_with_an_empty_body_and_with_an_empty_object(self):
        endpoint = self.endpoint("rp-cancel")
        with self.gate(endpoint) as running:
            queued = self.run_by(endpoint, 1)
            for job, body in ((queued, b""), (running, b"{}"), (running, b"{}")):
                answer = self.good("POST", f"{endpoint}/cancel/{job}", body, timeout=CONTROL_TIMEOUT_S)
                self.assertEqual((answer["id"], answer["status"]), (job, "CANCELLED"))

    def test_a_failure_is_a_string_and_can_be_retried(self):
        endpoint = self.endpoint("rp-retry", max_retries=0)
        job = self.run_by(endpoint, {"op": "error"})
        done = self.good("GET", f"{endpoint}/status-sync/{job}", timeout=60)
        self.assertEqual((done["status"], type(done["error"])), ("FAILED", str), done)
        # Its warm worker may have it already when this answers.
        self.assertEqual(self.good("POST", f"{endpoint}/retry/{job}", b"{}")["id"], job)
        again = self.finish(job)
        self.assertEqual((again["status"], again["attempt"]), ("FAILED", 2))
        completed = self.run_by(endpoint, 1)
        self.complete(completed)
        self.refused(409, "POST", f"{endpoint}/retry/{completed}", b"{}")

    def test_a_job_that_runs_too_long_fails_in_runpods_words(self):
        endpoint = self.endpoint("rp-timeout", max_retries=0)
        job = self.run_by(endpoint, {"op": "hang"}, policy={"executionTimeout": 5_000})
        done = self.good("GET", f"{endpoint}/status-sync/{job}", timeout=60)
        self.assertEqual((done["status"], done["error"]), ("FAILED", "executionTimeout exceeded"))

    def test_a_low_priority_job_starts_no_worker_and_runs_on_one_that_is_there(self):
        endpoint = self.endpoint("rp-low")
        low = self.run_by(endpoint, 1, policy={"lowPriority": True})
        # Another endpoint's worker starts meanwhile: the autoscaler has seen the job.
        self.complete(self.run_by(self.endpoint("rp-other"), 1))
        self.assertEqual(self.workers(endpoint), [])
        waiting = self.good("GET", f"{endpoint}/status/{low}")
        self.assertEqual(waiting["status"], "IN_QUEUE")
        self.assertIn("none is started", waiting["waiting"]["detail"])
        self.complete(self.run_by(endpoint, 2))
        self.complete(low)

    def test_purge_health_requests_and_metrics(self):
        endpoint = self.endpoint("rp-control")
        self.complete(self.run_by(endpoint, 1))
        with self.gate(endpoint) as running:
            queued = [self.run_by(endpoint, n, policy={"lowPriority": True}) for n in range(3)]
            health = self.good("GET", f"{endpoint}/health", timeout=CONTROL_TIMEOUT_S)
            self.assertEqual((health["jobs"]["inQueue"], health["jobs"]["inProgress"]), (3, 1))
            self.assertEqual(health["workers"], {"idle": 0, "initializing": 0, "ready": 1, "running": 1,
                                                 "throttled": 0, "unhealthy": 0})
            self.assertEqual(len(self.good("GET", f"{endpoint}/metrics")["readyWorkers"]), 1)
            answer = self.good("POST", f"{endpoint}/purge-queue", b"", timeout=CONTROL_TIMEOUT_S)
            self.assertEqual(answer, {"removed": 3, "status": "completed"})
            self.assertEqual(self.good("GET", f"{endpoint}/status/{queued[0]}")["status"], "CANCELLED")
            self.assertEqual(self.good("GET", f"{endpoint}/status/{running}")["status"], "IN_PROGRESS")

        def listed():
            page = self.good("GET", f"{endpoint}/requests?limit=2")
            return [job["status"] for job in page["requests"]] == ["CANCELLED"] * 2 and page
        page = servers.wait_until(listed, "the list to show the purge", case.JOB_TIMEOUT_S)
        self.assertEqual([job["id"] for job in page["requests"]], [queued[2], queued[1]])
        self.assertEqual(page["next_page_token"], queued[1])

    def test_health_counts_what_has_ended_for_every_client(self):
        endpoint = self.endpoint("rp-health", max_retries=0)
        self.complete(self.run_by(endpoint, 1))
        self.assertEqual(self.finish(self.run_by(endpoint, {"op": "raise"}))["status"], "FAILED")
        with furnace.Client(self.suite.url, self.suite.api_key) as client:
            def ended():
                jobs = client.endpoints.health(endpoint)["jobs"]
                return (jobs["completed"], jobs["failed"]) == (1, 1)
            servers.wait_until(ended, "the ended jobs to be counted", case.JOB_TIMEOUT_S)
        shown = subprocess.run(
            [str(pathlib.Path(os.environ["FURNACE_BIN"]) / "furnace"), "endpoint", "health", "rp-health",
             "--url", self.suite.url, "--api-key", self.suite.api_key],
            capture_output=True, text=True, timeout=60)
        self.assertRegex(shown.stdout, r"jobs completed +1\njobs failed +1\n", shown.stderr)

    def test_keys_come_bare_or_as_bearer_and_bad_ones_are_401(self):
        endpoint = self.idle("rp-keys")
        for value in (self.suite.api_key, f"bearer {self.suite.api_key}"):
            self.good("GET", f"{endpoint}/health", authorization=value)
        for value in ("Bearer fk_wrong", "fk_wrong", "Basic Zm9v"):
            self.refused(401, "GET", f"{endpoint}/health", authorization=value)

    def test_what_is_wrong_is_refused_with_an_error_that_is_a_string(self):
        endpoint = self.idle("rp-refuse")
        job = self.run_by(endpoint, 1)
        other = self.idle("rp-other")
        for status, method, path, body in (
                (400, "POST", f"{endpoint}/run", b"{"), (400, "POST", f"{endpoint}/run", b"{}"),
                (400, "POST", f"{endpoint}/run", b'{"input":1,"policy":{"ttl":1}}'),
                (413, "POST", f"{endpoint}/run", b'{"input":"' + b"x" * (11 << 20) + b'"}'),
                (404, "POST", f"{uuid.uuid4()}/run", b'{"input":1}'),
                (404, "POST", "no-such-name/run", b'{"input":1}'),
                (404, "GET", f"{endpoint}/status/{uuid.uuid4()}", None),
                (404, "GET", f"{endpoint}/status/x", None),
                (404, "GET", f"{other}/status/{job}", None),
                (404, "POST", f"{other}/cancel/{job}", b"{}"),
                (404, "GET", f"{other}/stream/{job}", None),
                (404, "GET", f"{endpoint}/nothing", None), (405, "GET", f"{endpoint}/run", None)):
            with self.subTest(f"{method} {path}"):
                self.refused(status, method, path, body)
        self.assertEqual(self.refused(400, "POST", f"{endpoint}/runsync?wait=999", b'{"input":1}'),
                         "wait is invalid; must be between 1000 and 300000")
        self.assertEqual(self.job(job)["status"], "IN_QUEUE")

    def test_another_projects_endpoint_and_jobs_are_as_unknown_ones(self):
        endpoint = self.idle("rp-tenant")
        job = self.run_by(endpoint, 1)
        project = self.call("POST", "/v1/projects", {"name": f"rp-{time.time_ns()}"})["id"]
        key = self.call("POST", f"/v1/projects/{project}/keys", {"name": "k", "role": "ADMIN"})["secret"]
        for method, path in (("POST", "run"), ("POST", "runsync"), ("GET", f"status/{job}"),
                             ("GET", f"status-sync/{job}?wait=1000"), ("GET", f"stream/{job}"),
                             ("POST", f"cancel/{job}"), ("POST", f"retry/{job}"),
                             ("POST", "purge-queue"), ("GET", "health"), ("GET", "requests"),
                             ("GET", "metrics")):
            body = b'{"input":1}' if method == "POST" else None
            for name in (endpoint, "rp-tenant"):
                with self.subTest(f"{method} {name}/{path}"):
                    self.refused(404, method, f"{name}/{path}", body, authorization=key)
        self.assertEqual(self.job(job)["status"], "IN_QUEUE")


case.main()
