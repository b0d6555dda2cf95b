"""furnace.Client against a fake gateway."""

import json
import threading
import unittest
from datetime import datetime, timedelta, timezone

import fake_server
import furnace


class GatewayCase(unittest.TestCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def setUp(self):
        self.answers = []
        self.requests = []
        self.server = fake_server.FakeServer(self.answer)
        self.addCleanup(self.server.close)
        self.client = furnace.Client(self.server.url, "secret")
        self.addCleanup(self.client.close)

    def answer(self, request: fake_server.Request) -> fake_server.Answer:
        """Keeps a request and returns the next answer."""
        self.requests.append(request)
        return self.answers.pop(0)

    def will_answer(self, status: int, value) -> None:
        """Adds an answer in JSON."""
        self.answers.append((status, json.dumps(value).encode()))

    def will_answer_each(self, *values) -> None:
        """Adds an answer in JSON for each value."""
        for value in values:
            self.will_answer(200, value)

    def will_hang_up(self) -> None:
        """Adds the end of the connection in place of an answer."""
        self.answers.append(None)


class ClientTest(GatewayCase):
    """The methods of the client itself."""

    def test_run(self):
        self.will_answer(200, {"id": "job-1", "status": "IN_QUEUE"})
        job = self.client.run("up/scale", {"numbers": [1]}, priority=3)
        self.assertEqual(job, {"id": "job-1", "status": "IN_QUEUE"})
        (request,) = self.requests
        self.assertEqual((request.method, request.path), ("POST", "/v1/endpoints/up%2Fscale/run"))
        self.assertEqual(request.headers["Authorization"], "Bearer secret")
        self.assertEqual(request.headers["Content-Type"], "application/json")
        self.assertEqual(request.json(), {"input": {"numbers": [1]}, "priority": 3})

    def test_ledger_and_receipts(self):
        self.will_answer(200, {"entries": [{"id": 1}], "next_page_token": "more"})
        self.will_answer(200, {"entries": [{"id": 2}]})
        self.will_answer(200, {"receipts": [{"index": 3}]})
        self.will_answer(200, {})
        self.assertEqual([entry["id"] for entry in self.client.ledger("job-1")], [1, 2])
        self.assertEqual(self.client.receipts("a/b"), [{"index": 3}])
        self.assertEqual(self.client.receipts("job-1"), [])
        paths = [request.path.split("?")[0] for request in self.requests]
        self.assertEqual(paths, ["/v1/ledger"] * 2 + ["/v1/receipts/a%2Fb", "/v1/receipts/job-1"])

    def test_prices_and_terms(self):
        self.will_answer(200, {"prices": [{"unit": "INVOCATION", "nanos": 7}]})
        self.will_answer(200, {"terms": [{"id": 3}]})
        self.will_answer(200, {})
        self.assertEqual([price["nanos"] for price in self.client.prices()], [7])
        self.assertEqual([term["id"] for term in self.client.price_terms()], [3])
        self.assertEqual(self.client.price_terms(), [])
        self.assertEqual([request.path for request in self.requests], ["/v1/prices"] + ["/v1/price-terms"] * 2)

    def test_run_with_options(self):
        self.will_answer(200, {"id": "job-1", "status": "DELAYED"})
        self.client.run(
            "ep",
            1,
            not_before=datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
            ttl_seconds=60,
            timeout_seconds=5,
            idempotency_key="order-17",
            concurrency_key="user-1",
            window={"start": "22:00", "end": "06:00"},
            critical=True,
            affinity={"region": "eu"},
            s3_config={"accessId": "a"},
            tags={"team": "red"},
        )
        options = {
            "not_before": "2030-01-02T03:04:05+02:00",
            "ttl_seconds": 60,
            "timeout_seconds": 5,
            "idempotency_key": "order-17",
            "concurrency_key": "user-1",
            "window": {"start": "22:00", "end": "06:00"},
            "critical": True,
            "affinity": {"region": "eu"},
            "s3_config": {"accessId": "a"},
            "tags": {"team": "red"},
        }
        body = {"input": 1, "priority": 0, "options": options}
        self.assertEqual(self.requests[0].json(), body)

    def test_every_way_to_queue_jobs_takes_tags(self):
        self.will_answer_each({"id": "a"}, {"id": "b"}, {"job_ids": ["c"], "batch_id": "d"}, {"id": "e"})
        self.client.run_task("upscale", 1, tags={"team": "red"})
        self.client.run_sync("ep", 1, tags={"team": "red"})
        self.client.batch("ep", [1], tags={"team": "red"})
        self.client.run("ep", 1, tags={})
        tagged = {"tags": {"team": "red"}}
        bodies = [request.json() for request in self.requests]
        self.assertEqual([body.get("options") for body in bodies[:2]], [tagged, tagged])
        self.assertEqual(bodies[2]["jobs"][0]["options"], tagged)
        self.assertNotIn("options", bodies[3])

    def test_run_after_other_jobs(self):
        self.will_answer(200, {"id": "job-3", "status": "WAITING"})
        parents = [{"id": "job-1", "status": "IN_QUEUE"}, "job-2"]
        self.client.run("ep", {"$output": "job-1"}, depends_on=parents, on_parent_failure="SKIP")
        options = {"depends_on": ["job-1", "job-2"], "on_parent_failure": "SKIP"}
        self.assertEqual(self.requests[0].json()["options"], options)

    def test_a_graph_of_jobs(self):
        self.will_answer(200, {"job_ids": {"a": "1", "b": "2"}})
        first = {"endpoint_id": "ep", "input": 1}
        second = {"endpoint_id": "ep", "input": {"$output": "a"}, "depends_on": ["a"]}
        ids = self.client.run_graph({"a": first, "b": second})
        self.assertEqual(ids, {"a": "1", "b": "2"})
        (request,) = self.requests
        self.assertEqual((request.method, request.path), ("POST", "/v1/graphs"))
        nodes = [{"name": "a", **first}, {"name": "b", **second}]
        self.assertEqual(request.json(), {"nodes": nodes})

    def test_run_task(self):
        self.will_answer(200, {"id": "job-1", "status": "IN_QUEUE"})
        self.client.run_task("upscale", 1, starts_no_worker=True)
        self.assertEqual(self.requests[0].path, "/v1/tasks/upscale/run")
        body = {"input": 1, "priority": 0, "options": {"starts_no_worker": True}}
        self.assertEqual(self.requests[0].json(), body)

    def test_run_sync_with_options(self):
        self.will_answer(200, {"id": "job-1", "status": "COMPLETED"})
        self.client.run_sync("ep", 1, wait_ms=2_000, ttl_seconds=60, idempotency_key="k")
        self.assertEqual(self.requests[0].path, "/v1/endpoints/ep/runsync")
        options = {"ttl_seconds": 60, "idempotency_key": "k"}
        body = {"input": 1, "priority": 0, "wait_ms": 2_000, "options": options}
        self.assertEqual(self.requests[0].json(), body)

    def test_options_of_a_batch_go_for_each_job(self):
        self.will_answer(200, {"job_ids": ["a", "b"]})
        ids = self.client.run_batch("ep", [1, 2], not_before="2030-01-01T00:00:00Z")
        self.assertEqual(ids, ["a", "b"])
        options = {"not_before": "2030-01-01T00:00:00Z"}
        self.assertEqual(
            self.requests[0].json(),
            {"jobs": [{"input": each, "priority": 0, "options": options} for each in (1, 2)]},
        )

    def test_a_time_needs_a_zone(self):
        with self.assertRaises(ValueError):
            self.client.run("ep", 1, not_before=datetime(2030, 1, 1))
        self.assertEqual(self.requests, [])

    def test_an_empty_idempotency_key_is_not_sent(self):
        with self.assertRaises(ValueError):
            self.client.run("ep", 1, idempotency_key="")
        self.assertEqual(self.requests, [])

    def test_commands_to_an_endpoint(self):
        paused = {"id": "ep", "status": "PAUSED"}
        redriven = {"redriven": 1000, "more": True}
        for call, verb, answer, expected in (
            (self.client.purge, "purge", {"purged": 3}, 3),
            (self.client.pause, "pause", paused, paused),
            (self.client.resume, "resume", {"id": "ep"}, {"id": "ep"}),
            (self.client.redrive_all, "dead-letters/redrive", redriven, redriven),
        ):
            with self.subTest(verb):
                self.requests.clear()
                self.will_answer(200, answer)
                self.assertEqual(call("e/p"), expected)
                (request,) = self.requests
                self.assertEqual(request.method, "POST")
                self.assertEqual(request.path, "/v1/endpoints/e%2Fp/" + verb)
                self.assertEqual(request.json(), {})

    def test_dead_letters_reads_every_page(self):
        self.will_answer(200, {"jobs": [{"id": "b"}], "next_page_token": "t"})
        self.will_answer(200, {"jobs": [{"id": "a"}]})
        self.assertEqual([job["id"] for job in self.client.dead_letters("ep")], ["b", "a"])
        self.assertEqual(self.requests[0].path, "/v1/endpoints/ep/dead-letters")
        self.assertEqual(self.requests[1].query, {"page_size": "200", "page_token": "t"})

    def test_persisted_jobs(self):
        for call, answer, options in (
            (self.client.run, {"id": "a"}, lambda body: body["options"]),
            (self.client.run_sync, {"id": "a"}, lambda body: body["options"]),
            (self.client.run_batch, {"job_ids": []}, lambda body: body["jobs"][0]["options"]),
        ):
            with self.subTest(call.__name__):
                self.requests.clear()
                self.will_answer(200, answer)
                call("ep", [1], ack="PERSISTED")
                self.assertEqual(options(self.requests[0].json()), {"ack": "PERSISTED"})

    def test_rebuild_queue_adds_up_every_page(self):
        self.will_answer(200, {"examined": 3, "live": 1, "restored": 2, "next_page_token": "t"})
        self.will_answer(200, {"examined": 2, "restored": 1, "left_out": 1})
        expected = {"examined": 5, "live": 1, "restored": 3, "left_out": 1}
        self.assertEqual(self.client.rebuild_queue(), expected)
        self.assertEqual([r.json()["page_token"] for r in self.requests], ["", "t"])
        self.assertEqual(self.requests[0].path, "/v1/queue/rebuild")

    def test_the_quota_of_a_project(self):
        self.will_answer(200, {"id": "p", "quota": {"max_concurrent_gpus": 4}})
        self.will_answer(200, {"id": "p/1"})
        self.will_answer(200, {"id": "p", "quota": {"max_queued_jobs": 5}})
        self.assertEqual(self.client.quota(), {"max_concurrent_gpus": 4})
        self.assertEqual(self.client.quota("p/1"), {})
        self.assertEqual(self.client.set_quota("p", max_queued_jobs=5), {"max_queued_jobs": 5})
        self.assertEqual(self.requests[0].path, "/v1/projects/me")
        self.assertEqual(self.requests[1].path, "/v1/projects/p%2F1")
        self.assertEqual((self.requests[2].method, self.requests[2].path), ("PUT", "/v1/projects/p/quota"))
        self.assertEqual(self.requests[2].json(), {"max_queued_jobs": 5})

    def test_redrive(self):
        self.will_answer(200, {"id": "job-1", "status": "IN_QUEUE"})
        self.assertEqual(self.client.redrive("job-1")["status"], "IN_QUEUE")
        self.assertEqual(self.requests[0].path, "/v1/jobs/job-1/redrive")

    def test_redrive_of_a_job_that_runs(self):
        self.will_answer(400, {"error": "job-1 is IN_PROGRESS", "code": "FAILED_PRECONDITION"})
        with self.assertRaises(furnace.FurnaceError) as raised:
            self.client.redrive("job-1")
        self.assertEqual(raised.exception.code, "FAILED_PRECONDITION")

    def test_a_closed_client_has_no_connection_and_opens_another(self):
        with self.client as client:
            self.will_answer(200, {"id": "job-1"})
            client.job("job-1")
        self.will_answer(200, {"id": "job-1"})
        client.job("job-1")
        self.assertNotEqual(self.requests[0].peer, self.requests[1].peer)

    def test_close_goes_for_every_thread(self):
        for _ in range(2):
            self.will_answer(200, {"id": "job-1"})
        called, closed = threading.Event(), threading.Event()

        def call_twice():
            self.client.job("job-1")
            called.set()
            closed.wait(10)
            self.client.job("job-1")
            self.client.close()

        thread = threading.Thread(target=call_twice)
        thread.start()
        called.wait(10)
        self.client.close()
        closed.set()
        thread.join()
        self.assertNotEqual(self.requests[0].peer, self.requests[1].peer)

    def test_calls_share_a_connection(self):
        self.will_answer(200, {"id": "job-1"})
        self.will_answer(200, {"id": "job-1"})
        self.client.run("ep", 1)
        self.client.job("job-1")
        self.assertEqual(self.requests[0].peer, self.requests[1].peer)

    def test_wait_asks_until_the_job_is_final(self):
        self.will_answer(200, {"status": "IN_PROGRESS"})
        self.will_answer(200, {"status": "COMPLETED", "output": 1})
        self.assertEqual(self.client.wait("job-1")["output"], 1)
        self.assertEqual([each.path for each in self.requests], ["/v1/jobs/job-1/wait"] * 2)

    def test_jobs_reads_every_page(self):
        self.will_answer(200, {"jobs": [{"id": "a"}], "next_page_token": "t"})
        self.will_answer(200, {"jobs": [{"id": "b"}]})
        self.assertEqual([job["id"] for job in self.client.jobs()], ["a", "b"])
        self.assertEqual(self.requests[0].query, {"page_size": "200"})
        self.assertEqual(self.requests[1].query, {"page_size": "200", "page_token": "t"})

    def test_refusal(self):
        self.will_answer(404, {"error": "no endpoint ep", "code": "NOT_FOUND", "request_id": "r-1"})
        with self.assertRaises(furnace.FurnaceError) as raised:
            self.client.run("ep", 1)
        error = raised.exception
        self.assertEqual(error.status, 404)
        self.assertEqual(error.code, "NOT_FOUND")
        self.assertEqual(error.message, "no endpoint ep")
        self.assertEqual(error.request_id, "r-1")
        self.assertEqual(str(error), "NOT_FOUND: no endpoint ep")

    def test_refusal_in_other_words(self):
        self.answers.append((502, b"<html>Bad Gateway</html>"))
        with self.assertRaises(furnace.FurnaceError) as raised:
            self.client.run("ep", 1)
        error = raised.exception
        self.assertEqual((error.status, error.code), (502, "UNKNOWN"))
        self.assertEqual((error.message, error.request_id), ("HTTP 502", ""))

    def test_an_answer_that_is_not_json(self):
        self.answers.append((200, b"hello"))
        with self.assertRaises(furnace.FurnaceError) as raised:
            self.client.job("job-1")
        self.assertEqual((raised.exception.status, raised.exception.code), (200, "INTERNAL"))

    def test_the_health_of_an_endpoint(self):
        health = {"jobs": {"in_queue": 1}, "workers": {"idle": 2}}
        self.will_answer(200, health)
        self.assertEqual(self.client.endpoints.health("ep/1"), health)
        (request,) = self.requests
        self.assertEqual((request.method, request.path), ("GET", "/v1/endpoints/ep%2F1/health"))

    def test_a_job_may_come_with_the_url_of_its_output(self):
        self.will_answer(200, {"id": "job-1", "output_url": "/v1/jobs/job-1/output?x"})
        self.assertEqual(self.client.job("job-1", output_url=True)["output_url"], "/v1/jobs/job-1/output?x")
        self.assertEqual(self.requests[0].query, {"output_url": "true"})

    def test_a_get_is_repeated(self):
        self.will_hang_up()
        self.will_hang_up()
        self.will_answer(200, {"id": "job-1"})
        self.assertEqual(self.client.job("job-1"), {"id": "job-1"})
        self.assertEqual(len(self.requests), 3)

    def test_a_get_is_not_repeated_for_ever(self):
        for _ in range(4):
            self.will_hang_up()
        with self.assertRaises(furnace.FurnaceError) as raised:
            self.client.job("job-1")
        self.assertEqual((raised.exception.status, raised.exception.code), (0, "UNAVAILABLE"))
        self.assertEqual(len(self.requests), 4)

    def test_nothing_else_is_repeated(self):
        calls = {
            "POST": lambda: self.client.run("ep", 1),
            "PUT": lambda: self.client.endpoints.update("ep", name="n"),
            "DELETE": lambda: self.client.endpoints.delete("ep"),
        }
        for method, call in calls.items():
            with self.subTest(method):
                self.requests.clear()
                self.will_hang_up()
                with self.assertRaises(furnace.FurnaceError) as raised:
                    call()
                self.assertEqual(raised.exception.status, 0)
                self.assertEqual(raised.exception.code, "UNAVAILABLE")
                self.assertEqual([each.method for each in self.requests], [method])

    def test_a_refused_get_is_not_repeated(self):
        self.will_answer(503, {"error": "starting", "code": "UNAVAILABLE"})
        with self.assertRaises(furnace.FurnaceError) as raised:
            self.client.job("job-1")
        self.assertEqual((raised.exception.status, raised.exception.code), (503, "UNAVAILABLE"))
        self.assertEqual(len(self.requests), 1)

    def test_an_input_that_is_not_json_is_not_sent(self):
        with self.assertRaises(ValueError):
            self.client.run("ep", float("nan"))
        self.assertEqual(self.requests, [])


if __name__ == "__main__":
    unittest.main()
