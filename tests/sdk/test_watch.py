"""A watch over connections that break."""

import json
import unittest
from unittest import mock

import fake_server
import furnace
from furnace import _watch
from furnace.errors import FurnaceError

JOB = "j1"


def line(status, *sequences, **fields):
    """A message of a watch as the gateway writes it."""
    chunks = [{"sequence": sequence, "output": sequence * 10} for sequence in sequences]
    return json.dumps({"job": {"id": JOB, "status": status}, "chunks": chunks, **fields}) + "\n"


def refusal(code):
    """The line that ends a stream in place of a status."""
    return json.dumps({"error": "told to", "code": code, "request_id": "r1"}) + "\n"


class WatchTest(unittest.TestCase):
    """Each answer is one connection; None breaks it off."""

    def setUp(self):
        self.answers = []
        self.asked = []
        server = fake_server.FakeServer(self._answer)
        self.addCleanup(server.close)
        self.client = furnace.Client(server.url, "fk_test")
        self.addCleanup(self.client.close)
        patch = mock.patch.object(_watch.time, "sleep")  # backing off
        patch.start()
        self.addCleanup(patch.stop)

    def _answer(self, request):
        self.asked.append(request.query.get("after_chunk"))
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            return 200, answer.encode()
        return answer

    def sequences(self, **options):
        """The chunks of the job, followed to its end."""
        return [chunk["sequence"] for message in self.client.watch(JOB, **options)
                for chunk in message["chunks"]]

    def test_each_chunk_comes_once_over_connections_that_break(self):
        self.answers = [
            line("IN_PROGRESS", 1) + line("IN_PROGRESS", 2, 3),
            None,
            line("IN_PROGRESS", 4) + '{"job": {"id": "j1", "sta',
            line("IN_PROGRESS") + refusal("UNAVAILABLE"),
            (503, refusal("UNAVAILABLE").encode()),
            line("IN_PROGRESS", 5) + refusal("RESOURCE_EXHAUSTED"),
            line("COMPLETED", 6),
        ]
        self.assertEqual(self.sequences(), [1, 2, 3, 4, 5, 6])
        # The gateway reads a parameter that is not there as 0.
        self.assertEqual(self.asked, ["0", "3", "3", "4", "4", "4", "5"])

    def test_a_watch_goes_on_after_what_is_known(self):
        self.answers = [line("COMPLETED", 8, dropped=2)]
        messages = list(self.client.watch(JOB, after_chunk=5))
        self.assertEqual(self.asked, ["5"])
        self.assertEqual(messages[0]["dropped"], 2)

    def test_a_refusal_that_will_not_pass_ends_it(self):
        for answer in ((404, refusal("NOT_FOUND").encode()), line("IN_QUEUE") + refusal("INTERNAL")):
            with self.subTest(answer):
                self.answers = [answer]
                with self.assertRaises(FurnaceError) as raised:
                    self.sequences()
                self.assertIn(raised.exception.code, ("NOT_FOUND", "INTERNAL"))

    def test_it_does_not_try_for_ever(self):
        for answer, code in ((None, "UNAVAILABLE"), ((503, refusal("UNAVAILABLE").encode()), "UNAVAILABLE"),
                             (refusal("RESOURCE_EXHAUSTED"), "RESOURCE_EXHAUSTED")):
            with self.subTest(answer):
                self.asked.clear()
                self.answers = [answer] * _watch.FRUITLESS_CONNECTIONS_MAX
                with self.assertRaises(FurnaceError) as raised:
                    self.sequences()
                self.assertEqual(raised.exception.code, code)
                self.assertEqual(len(self.asked), _watch.FRUITLESS_CONNECTIONS_MAX)


if __name__ == "__main__":
    unittest.main()
