#!/usr/bin/python3
"""`furnace` against a fake gateway: what it asks, what it prints, how it exits.

usage: commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from dev_harness import furnace_binary
from fake_gateway import FakeGateway

ENDPOINT = "0190aaaa-0000-7000-8000-000000000001"
JOB = "0190bbbb-0000-7000-8000-000000000002"
SCHEDULE = "0190cccc-0000-7000-8000-000000000003"
BATCH = "0190cccc-0000-7000-8000-000000000004"


def endpoint(name="up"):
    """An endpoint as the gateway shows it."""
    return {"id": ENDPOINT, "status": "ACTIVE", "revision": 1,
            "spec": {"name": name, "image_uri": "file:///x", "handler_path": "handler.py",
                     "gpu_types": ["rtx4000"], "gpu_count": 1, "max_workers": 10}}


def job(status, **fields):
    """A job as the gateway shows it."""
    return {"id": JOB, "endpoint_id": ENDPOINT, "status": status, "attempt": 1, **fields}


class CommandsCase(unittest.TestCase):
    """A fake gateway, and the command line to go with it."""

    def setUp(self):
        self.gateway = FakeGateway()
        self.addCleanup(self.gateway.close)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def answer(self, request, *answers):
        """What the gateway says to a request, one (status, body) after another."""
        self.gateway.answers[request] = list(answers)

    def furnace(self, *arguments, stdin=""):
        """Runs `furnace` with arguments and returns the finished process."""
        environment = {"PATH": os.environ["PATH"], "FURNACE_URL": self.gateway.url,
                       "FURNACE_API_KEY": "fk_test"}
        return subprocess.run([FURNACE, *arguments], env=environment, cwd=self.folder.name,
                              input=stdin, capture_output=True, text=True, timeout=100)


class CommandsTest(CommandsCase):
    """See the module."""

    def test_create_sends_the_spec_and_shows_the_endpoint(self):
        self.answer("POST /v1/endpoints", (200, endpoint()))
        done = self.furnace("endpoint", "create", "--name", "up", "--image", "file:///x", "--gpu",
                            "rtx4090", "--gpu", "rtx4000", "--env", "A=1")
        self.assertEqual(0, done.returncode, done.stderr)
        _, _, body, key = self.gateway.requests[0]
        self.assertEqual("Bearer fk_test", key)
        self.assertEqual({"name": "up", "image_uri": "file:///x", "gpu_types": ["rtx4090", "rtx4000"],
                          "env": {"A": "1"}}, json.loads(body))
        self.assertIn(ENDPOINT, done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_create_sends_policies(self):
        self.answer("POST /v1/endpoints", (200, endpoint()))
        done = self.furnace("endpoint", "create", "--name", "up", "--image", "file:///x",
                            "--backoff-ms", "0", "--no-retry-on", "timeout", "--strict-priority",
                            "--ttl", "60", "--init-timeout", "30")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"name": "up", "image_uri": "file:///x", "init_timeout_seconds": 30,
                          "retry": {"backoff_ms": 0, "no_retry_on": ["TIMEOUT"]},
                          "queue": {"strict_priority": True, "ttl_seconds": 60}},
                         json.loads(self.gateway.requests[0][2]))

    def test_update_sends_the_spec_with_what_was_given(self):
        self.answer("GET /v1/endpoints", (200, {"endpoints": [endpoint("up")]}))
        self.answer(f"GET /v1/endpoints/{ENDPOINT}", (200, endpoint("up")))
        self.answer(f"PUT /v1/endpoints/{ENDPOINT}", (200, endpoint("up")))
        done = self.furnace("endpoint", "update", "up", "--max-workers", "3", "--ttl", "60")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn(ENDPOINT, done.stdout)
        expected = {**endpoint("up")["spec"], "max_workers": 3, "queue": {"ttl_seconds": 60}}
        method, _, body, _ = self.gateway.requests[-1]
        self.assertEqual(("PUT", expected), (method, json.loads(body)))

    def test_a_wrong_update_asks_for_nothing_to_be_changed(self):
        self.answer(f"GET /v1/endpoints/{ENDPOINT}", (200, endpoint("up")))
        done = self.furnace("endpoint", "update", ENDPOINT, "--env", "A")
        self.assertEqual(2, done.returncode, done.stderr)
        self.assertEqual(["GET"], [request[0] for request in self.gateway.requests])

    def test_pause_resume_and_purge(self):
        for verb, answer, said in (("pause", {**endpoint(), "status": "PAUSED"}, "up is PAUSED"),
                                   ("resume", endpoint(), "up is ACTIVE"),
                                   ("purge", {"purged": 7}, "cancelled 7 jobs")):
            self.answer(f"POST /v1/endpoints/{ENDPOINT}/{verb}", (200, answer))
            done = self.furnace("endpoint", verb, ENDPOINT)
            self.assertEqual((0, said + "\n"), (done.returncode, done.stdout), done.stderr)
            self.assertEqual("{}", self.gateway.requests[-1][2])

    def test_dead_letters_are_listed_over_all_pages(self):
        path = f"GET /v1/endpoints/{ENDPOINT}/dead-letters"
        dead = job("FAILED", cause="HANDLER_ERROR", error="bad picture")
        self.answer(path, (200, {"jobs": [dead], "next_page_token": "p2"}), (200, {"jobs": [dead]}))
        done = self.furnace("dead-letter", "list", ENDPOINT)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(2, done.stdout.count("HANDLER_ERROR"))
        self.assertIn("bad picture", done.stdout)
        self.assertIn("page_token=p2", self.gateway.requests[1][1])

    def test_one_dead_letter_is_redriven(self):
        self.answer(f"POST /v1/jobs/{JOB}/redrive", (200, job("IN_QUEUE")))
        done = self.furnace("dead-letter", "redrive", JOB)
        self.assertEqual((0, f"{JOB} is IN_QUEUE\n"), (done.returncode, done.stdout), done.stderr)

    def test_all_dead_letters_are_redriven_call_by_call(self):
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/dead-letters/redrive",
                    (200, {"redriven": 1000, "more": True}), (200, {"redriven": 5, "more": False}))
        done = self.furnace("dead-letter", "redrive", "--all", ENDPOINT, "--json")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"redriven": 1005, "more": False}, json.loads(done.stdout))
        self.assertEqual(2, len(self.gateway.requests))

    def test_a_rebuild_goes_over_all_pages(self):
        self.answer("POST /v1/queue/rebuild",
                    (200, {"examined": 1000, "live": 998, "restored": 2, "next_page_token": "t"}),
                    (200, {"examined": 5, "live": 2, "restored": 2, "left_out": 1}))
        done = self.furnace("queue", "rebuild", "--json")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"examined": 1005, "live": 1000, "restored": 4, "left_out": 1},
                         json.loads(done.stdout))
        self.assertEqual({"page_token": "t"}, json.loads(self.gateway.requests[1][2]))

    def test_run_sends_the_options_of_the_job(self):
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/run", (200, job("DELAYED")))
        done = self.furnace("run", ENDPOINT, "--input", "[1]", "--no-wait", "--not-before",
                            "2030-01-01T00:00:00Z", "--ttl", "60", "--idempotency-key", "order-17",
                            "--window", "22:00-06:00@Europe/Berlin@sat,sun")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"input": [1], "priority": 0, "options": {
            "not_before": "2030-01-01T00:00:00Z", "ttl_seconds": 60,
            "idempotency_key": "order-17", "window": {
                "start": "22:00", "end": "06:00", "time_zone": "Europe/Berlin",
                "days": ["SATURDAY", "SUNDAY"]}}}, json.loads(self.gateway.requests[0][2]))

    def test_a_schedule_is_created_and_shown_with_its_next_runs(self):
        schedule = {"id": SCHEDULE, "spec": {"name": "report", "cron": "@daily", "time_zone": "Europe/Berlin"},
                    "next_runs": ["2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z"]}
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/schedules", (200, schedule))
        done = self.furnace("schedule", "create", ENDPOINT, "--name", "report", "--cron", "@daily", "--time-zone",
                            "Europe/Berlin", "--input", "[1]", "--missed-runs", "skip", "--ttl", "60")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"name": "report", "cron": "@daily", "time_zone": "Europe/Berlin", "input": [1],
                          "missed_runs": "SKIP", "options": {"ttl_seconds": 60}},
                         json.loads(self.gateway.requests[0][2]))
        self.assertEqual(2, done.stdout.count("next run"))

    def test_schedules_are_listed_over_all_pages(self):
        path = f"GET /v1/endpoints/{ENDPOINT}/schedules"
        schedule = {"id": SCHEDULE, "spec": {"name": "report", "cron": "@daily"}, "paused": True}
        self.answer(path, (200, {"schedules": [schedule], "next_page_token": "p2"}),
                    (200, {"schedules": [schedule]}))
        done = self.furnace("schedule", "list", ENDPOINT)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(2, done.stdout.count("paused"))

    def test_a_schedule_is_shown_paused_resumed_and_deleted(self):
        schedule = {"id": SCHEDULE, "spec": {"name": "report"}, "last_run_at": "2030-01-01T00:00:00Z",
                    "last_job_id": JOB, "last_error": "too many jobs wait"}
        for verb, request, said in (("get", "GET", "too many jobs wait"), ("pause", "POST", JOB),
                                    ("resume", "POST", "ACTIVE"), ("delete", "DELETE", "deleted report")):
            path = f"/v1/schedules/{SCHEDULE}" + (f"/{verb}" if request == "POST" else "")
            self.answer(f"{request} {path}", (200, schedule))
            done = self.furnace("schedule", verb, SCHEDULE)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn(said, done.stdout)

    def test_run_sends_what_the_job_depends_on(self):
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/run", (200, job("WAITING")))
        done = self.furnace("run", ENDPOINT, "--input", "[1]", "--no-wait", "--depends-on", JOB,
                            "--on-parent-failure", "skip")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"depends_on": [JOB], "on_parent_failure": "SKIP"},
                         json.loads(self.gateway.requests[0][2])["options"])

    def test_a_graph_is_sent_and_its_jobs_are_shown(self):
        self.answer("POST /v1/graphs", (200, {"job_ids": {"a": JOB}}))
        done = self.furnace("graph", "run", json.dumps([{"name": "a", "endpoint": ENDPOINT, "input": 1}]))
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(["a", JOB], done.stdout.splitlines()[1].split())
        self.assertEqual({"nodes": [{"name": "a", "endpoint_id": ENDPOINT, "input": 1}]},
                         json.loads(self.gateway.requests[0][2]))

    def test_json_is_the_answer_itself(self):
        self.answer(f"GET /v1/endpoints/{ENDPOINT}", (200, endpoint()))
        done = self.furnace("endpoint", "get", ENDPOINT, "--json")
        self.assertEqual(endpoint(), json.loads(done.stdout))

    def test_lists_follow_all_pages(self):
        self.answer("GET /v1/endpoints", (200, {"endpoints": [endpoint("a")], "next_page_token": "p2"}),
                    (200, {"endpoints": [endpoint("b")]}))
        done = self.furnace("endpoint", "list", "--json")
        names = [item["spec"]["name"] for item in json.loads(done.stdout)["endpoints"]]
        self.assertEqual(["a", "b"], names)
        self.assertIn("page_token=p2", self.gateway.requests[1][1])

    def test_an_endpoint_is_found_by_name(self):
        self.answer("GET /v1/endpoints", (200, {"endpoints": [endpoint("a"), endpoint("up")]}))
        self.answer(f"DELETE /v1/endpoints/{ENDPOINT}", (200, endpoint("up")))
        self.assertEqual(0, self.furnace("endpoint", "delete", "up").returncode)
        done = self.furnace("endpoint", "delete", "other")
        self.assertEqual(3, done.returncode)
        self.assertIn("no endpoint is named 'other'", done.stderr)

    def test_a_refusal_is_printed_with_its_request_id(self):
        self.answer(f"GET /v1/jobs/{JOB}",
                    (404, {"error": "no such job", "code": "NOT_FOUND", "request_id": "r-7"}))
        done = self.furnace("job", "get", JOB)
        self.assertEqual(3, done.returncode)
        self.assertEqual("furnace: no such job [request r-7]\n", done.stderr)

    def test_a_gateway_that_is_away_exits_3(self):
        done = self.furnace("gpu", "list", "--url", "http://127.0.0.1:1")
        self.assertEqual(3, done.returncode)

    def test_a_wrong_command_line_exits_2_and_asks_nothing(self):
        for arguments in (["fly"], ["run", ENDPOINT], ["run", ENDPOINT, "--input", "{"],
                          ["gpu", "list", "--url", "ftp://x"]):
            self.assertEqual(2, self.furnace(*arguments).returncode, arguments)
        self.assertEqual([], self.gateway.requests)

    def expect_run(self, *messages):
        """Answers for `run ENDPOINT`: these watch answers, one after another."""
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/run", (200, job("IN_QUEUE")))
        self.answer(f"GET /v1/jobs/{JOB}/watch", *[(200, lines) for lines in messages])

    def test_run_waits_and_prints_the_result(self):
        self.expect_run([{"job": job("IN_QUEUE")}, {"job": job("IN_PROGRESS", worker_id="w")},
                         {"job": job("COMPLETED", output={"a": 1}, delay_ms=5)}])
        done = self.furnace("run", ENDPOINT, "--input", "-", "--priority", "-3", stdin='{"x": 1}')
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"a": 1}, json.loads(done.stdout))
        self.assertEqual({"input": {"x": 1}, "priority": -3}, json.loads(self.gateway.requests[0][2]))
        for state in ("IN_QUEUE", "IN_PROGRESS", "COMPLETED"):
            self.assertIn(f"{state} after", done.stderr)

    def test_run_writes_the_result_to_a_file(self):
        self.expect_run([{"job": job("COMPLETED", output="text")}])
        done = self.furnace("run", ENDPOINT, "--input", "{}", "--output", "result.json")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("", done.stdout)
        self.assertEqual('"text"\n', (pathlib.Path(self.folder.name) / "result.json").read_text())

    def test_run_of_a_job_that_fails_exits_1_with_its_error(self):
        self.expect_run([{"job": job("FAILED", error="bad \x1b[31mpicture")}])
        done = self.furnace("run", ENDPOINT, "--input", "{}")
        self.assertEqual(1, done.returncode)
        self.assertIn("bad ?[31mpicture", done.stderr)
        self.assertEqual("", done.stdout)

    def test_run_without_waiting_prints_the_id(self):
        self.expect_run([])
        done = self.furnace("run", ENDPOINT, "--input", "{}", "--no-wait")
        self.assertEqual((0, JOB + "\n"), (done.returncode, done.stdout))
        self.assertEqual(1, len(self.gateway.requests))

    def test_a_watch_that_breaks_goes_on_after_the_last_chunk(self):
        self.expect_run([{"job": job("IN_PROGRESS")}, {"chunks": [{"sequence": 1, "output": "a"}]}],
                        [{"error": "reader fell behind", "code": "RESOURCE_EXHAUSTED"}],
                        [{"job": job("COMPLETED", output=1)}])
        done = self.furnace("run", ENDPOINT, "--input", "{}")
        self.assertEqual((0, "1\n"), (done.returncode, done.stdout), done.stderr)
        self.assertTrue(self.gateway.requests[2][1].endswith("watch?after_chunk=1"))
        self.assertIn('chunk 1: "a"', done.stderr)

    def test_a_watch_tells_of_chunks_that_are_not_kept(self):
        self.expect_run([{"job": job("COMPLETED", output=1), "chunks": [{"sequence": 8, "output": "h"}],
                          "dropped": 7}])
        done = self.furnace("run", ENDPOINT, "--input", "{}")
        self.assertIn("7 chunks are not kept any more", done.stderr)

    def test_a_job_that_waits_says_when_it_is_likely_to_start(self):
        waiting = {"constraint": "BUSY", "position": 2, "detail": "all workers are busy"}
        self.answer(f"GET /v1/jobs/{JOB}", (200, job("IN_QUEUE", waiting=waiting)))
        self.assertNotIn("starts", self.furnace("job", "get", JOB).stdout)
        waiting.update(predicted_start_p50="2026-11-21T10:00:05.5Z",
                       predicted_start_p90="2026-11-21T10:00:30Z", predicted_cost_nanos=280_000)
        self.answer(f"GET /v1/jobs/{JOB}", (200, job("IN_QUEUE", waiting=waiting)))
        shown = self.furnace("job", "get", JOB).stdout
        self.assertIn("2026-11-21 10:00:05Z, by 2026-11-21 10:00:30Z nine times out of ten", shown)
        self.assertIn("about $0.00028", shown)

    def test_a_watch_of_an_unknown_job_exits_3(self):
        self.answer(f"GET /v1/jobs/{JOB}/watch", (404, {"error": "no such job"}))
        done = self.furnace("job", "watch", JOB)
        self.assertEqual((3, "furnace: no such job\n"), (done.returncode, done.stderr))

    def test_watch_in_json_passes_each_message_on(self):
        messages = [{"job": job("IN_QUEUE")}, {"job": job("CANCELLED")}]
        self.answer(f"GET /v1/jobs/{JOB}/watch", (200, messages))
        done = self.furnace("job", "watch", JOB, "--json")
        self.assertEqual(1, done.returncode)
        self.assertEqual(messages, [json.loads(line) for line in done.stdout.splitlines()])

    def test_usage_shows_exact_dollars(self):
        row = {"endpoint_id": ENDPOINT, "gpu_time_us": 1500000, "invocations": 2, "cost_nanos": 290000}
        self.answer("GET /v1/usage", (200, {"rows": [row], "total": row}))
        done = self.furnace("usage", "--by", "endpoint", "--job", JOB)
        self.assertIn("$0.00029", done.stdout)
        self.assertIn("1.5 s", done.stdout)
        self.assertEqual(f"/v1/usage?group_by=ENDPOINT&job_id={JOB}", self.gateway.requests[0][1])

    def test_an_audit_goes_on_to_the_end_and_fails_when_something_differs(self):
        self.answer("GET /v1/ledger/audit", (200, {"transactions": 2, "records": 5, "last": {"number": 2}}), (200, {
            "transactions": 1, "differences": [{"transaction": 3, "what": "x"}], "last": {"number": 3}, "complete": True}))
        done = self.furnace("audit")
        self.assertEqual(3, done.returncode)
        self.assertIn("transaction 3: x\n3 transactions", done.stdout)
        self.assertEqual("/v1/ledger/audit?after_number=2", self.gateway.requests[1][1])

    def test_the_other_lists_are_tables(self):
        self.answer("GET /v1/workers", (200, {"workers": [
            {"id": "w-1", "status": "IDLE", "gpu_type": "rtx4000", "gpu_count": 1, "last_event": "memory: 2 GB"}]}))
        self.answer("GET /v1/gpus", (200, {"gpus": [
            {"gpu_type": "rtx4000", "vram_mib": 20480, "total": 2, "available": 1, "simulated": True}]}))
        self.answer("GET /v1/jobs", (200, {"jobs": [job("COMPLETED")]}))
        self.answer("GET /v1/projects", (200, {"projects": [{"name": "default", "id": ENDPOINT}]}))
        self.answer("GET /v1/projects/me/keys", (200, {"keys": []}))
        for arguments, expected in ((("worker", "list"), "memory: 2 GB"), (("gpu", "list"), "20 GiB"),
                                    (("job", "list", "--status", "completed"), JOB),
                                    (("project", "list"), "default"), (("key", "list"), "none")):
            done = self.furnace(*arguments)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn(expected, done.stdout)

    def test_a_new_key_shows_its_secret(self):
        self.answer("POST /v1/projects/me/keys",
                    (200, {"key": {"id": "k-1", "role": "RUNNER"}, "secret": "fk_secret"}))
        done = self.furnace("key", "create", "--name", "ci", "--role", "runner")
        self.assertIn("fk_secret", done.stdout)
        self.assertEqual({"name": "ci", "role": "RUNNER"}, json.loads(self.gateway.requests[0][2]))

    def test_cancel_and_revoke(self):
        self.answer(f"POST /v1/jobs/{JOB}/cancel", (200, job("CANCELLED")))
        self.answer("DELETE /v1/projects/me/keys/k-1", (200, {"key": {"id": "k-1"}}))
        self.assertIn("CANCELLED", self.furnace("job", "cancel", JOB).stdout)
        self.assertIn("revoked k-1", self.furnace("key", "revoke", "k-1").stdout)


    def test_a_batch_is_sent_followed_and_shown(self):
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/batch", (200, {"job_ids": [JOB], "batch_id": BATCH}))
        running = {"id": BATCH, "done": False, "total": 2, "counts": {"in_progress": 2}}
        done = {"id": BATCH, "done": True, "total": 2, "counts": {"completed": 1, "failed": 1}}
        self.answer(f"GET /v1/batches/{BATCH}", (200, running), (200, done))
        ended = self.furnace("batch", "run", ENDPOINT, "-", "--one-worker", "--name", "n",
                             "--webhook", "http://a/b",
                             stdin='{"a": 1}\n\n2\n')
        self.assertEqual(1, ended.returncode, ended.stderr)
        self.assertIn("2 of 2 done: 1 completed, 1 failed", ended.stdout)
        self.assertEqual({"jobs": [{"input": {"a": 1}}, {"input": 2}], "name": "n", "one_worker": True,
                          "webhook_url": "http://a/b"},
                         json.loads(self.gateway.requests[0][2]))
        self.answer(f"GET /v1/batches/{BATCH}", (200, {**done, "counts": {"completed": 2}}))
        self.assertEqual(0, self.furnace("batch", "run", ENDPOINT, "-", stdin="1").returncode)

    def test_a_batch_of_bad_inputs_is_not_sent(self):
        ended = self.furnace("batch", "run", ENDPOINT, "-", stdin="1\n{\n")
        self.assertEqual(2, ended.returncode, ended.stderr)
        self.assertIn("line 2", ended.stderr)
        self.assertEqual([], self.gateway.requests)

    def test_batches_are_shown_listed_and_cancelled(self):
        self.answer("GET /v1/webhooks/secret", (200, {"secret": "whsec_x"}))
        batch = {"id": BATCH, "name": "n", "total": 3, "counts": {"waiting": 3},
                 "webhook": {"url": "http://a/b", "status": "PENDING", "last_error": "answered with 503"}}
        path, failed = f"/v1/batches/{BATCH}", {"index": 7, "job": job("FAILED", cause="TIMEOUT", error="too long")}
        self.answer(f"GET {path}", (200, batch))
        page = {"batches": [batch]}
        self.answer("GET /v1/batches", (200, {**page, "next_page_token": "p2"}), (200, page))
        self.answer(f"POST {path}/cancel", (200, {"cancelled": 3}))
        self.answer(f"GET {path}/failures", (200, {"failures": [failed]}))
        for arguments, word in ((("get", BATCH), "0 of 3 done"), (("list",), BATCH),
                                (("get", BATCH), "http://a/b PENDING: answered with 503"),
                                (("webhook-secret",), "whsec_x"), (("cancel", BATCH), "cancelled 3 jobs"),
                                (("failures", BATCH), "too long")):
            ended = self.furnace("batch", *arguments)
            self.assertEqual(0, ended.returncode, ended.stderr)
            self.assertIn(word, ended.stdout)


if __name__ == "__main__":
    FURNACE = furnace_binary()
    unittest.main(verbosity=2)
