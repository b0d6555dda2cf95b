"""furnace.Client against a fake gateway."""

import json
import unittest
import warnings

import fake_server
import furnace


class ClientTest(unittest.TestCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def setUp(self):
        # A client keeps its connection for as long as it lives.
        warnings.simplefilter("ignore", ResourceWarning)
        self.answers = []
        self.requests = []
        self.server = fake_server.FakeServer(self.answer)
        self.addCleanup(self.server.close)
        self.client = furnace.Client(self.server.url, "secret")

    def answer(self, request: fake_server.Request) -> fake_server.Answer:
        """Keeps a request and returns the next answer."""
        self.requests.append(request)
        return self.answers.pop(0)

    def will_answer(self, status: int, value) -> None:
        """Adds an answer in JSON."""
        self.answers.append((status, json.dumps(value).encode()))

    def will_hang_up(self) -> None:
        """Adds the end of the connection in place of an answer."""
        self.answers.append(None)

    def test_run(self):
        self.will_answer(200, {"id": "job-1", "status": "IN_QUEUE"})
        job = self.client.run("up/scale", {"numbers": [1]}, priority=3)
        self.assertEqual(job, {"id": "job-1", "status": "IN_QUEUE"})
        (request,) = self.requests
        self.assertEqual((request.method, request.path), ("POST", "/v1/endpoints/up%2Fscale/run"))
        self.assertEqual(request.headers["Authorization"], "Bearer secret")
        self.assertEqual(request.headers["Content-Type"], "application/json")
        self.assertEqual(request.json(), {"input": {"numbers": [1]}, "priority": 3})

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
