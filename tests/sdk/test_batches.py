"""furnace.Client's batches against a fake gateway."""

import unittest

import furnace
import test_client


class BatchesTest(test_client.GatewayCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def send(self, **options) -> furnace.Batch:
        """Sends a batch of two."""
        self.will_answer(200, {"batch_id": "b/1", "job_ids": ["x", "y"]})
        batch = self.client.batch("ep", [1, 2], **options)
        self.sent = self.requests.pop()
        return batch

    def test_a_batch_is_sent_with_its_options(self):
        batch = self.send(priority=3, name="n", one_worker=True, ttl_seconds=5, webhook_url="http://a/b")
        self.assertEqual((batch.id, batch.job_ids), ("b/1", ["x", "y"]))
        self.assertEqual(self.sent.path, "/v1/endpoints/ep/batch")
        jobs = [{"input": n, "priority": 3, "options": {"ttl_seconds": 5}} for n in (1, 2)]
        self.assertEqual(self.sent.json(), {"jobs": jobs, "name": "n", "one_worker": True, "webhook_url": "http://a/b"})

    def test_the_webhook_secret(self):
        self.will_answer(200, {"secret": "whsec_x"})
        self.assertEqual(self.client.webhook_secret(), "whsec_x")
        self.assertEqual(self.requests[0].path, "/v1/webhooks/secret")

    def test_an_option_that_does_not_exist_is_refused(self):
        with self.assertRaises(TypeError):
            self.client.batch("ep", [1], nonsense=1)
        self.assertEqual(self.requests, [])

    def test_wait_asks_until_it_is_done(self):
        batch = self.send()
        for done in (False, True):
            self.will_answer(200, {"id": "b/1", "done": done})
        self.assertEqual(batch.wait(), {"id": "b/1", "done": True})
        self.assertEqual([request.path for request in self.requests], ["/v1/batches/b%2F1"] * 2)

    def test_a_wait_ends_in_time(self):
        self.will_answer(200, {"done": False})
        with self.assertRaises(furnace.FurnaceError) as raised:
            self.client.batches.open("b").wait(timeout=0)
        self.assertEqual(raised.exception.code, "DEADLINE_EXCEEDED")

    def test_failures_come_over_all_pages(self):
        self.will_answer(200, {"failures": [{"index": 1}], "next_page_token": "1"})
        self.will_answer(200, {"failures": [{"index": 4}], "groups": [{"jobs": 2}]})
        failures = list(self.client.batches.open("b").failures())
        self.assertEqual(failures, [{"index": 1}, {"index": 4}])
        self.assertEqual(self.requests[1].query["page_token"], "1")
        self.will_answer(200, {"failures": [], "groups": [{"jobs": 2}]})
        self.assertEqual(self.client.batches.open("b").failure_groups(), [{"jobs": 2}])

    def test_jobs_list_and_cancel(self):
        batch = self.client.batches.open("b")
        self.will_answer(200, {"jobs": [{"id": "x"}]})
        self.assertEqual(list(batch.jobs("FAILED")), [{"id": "x"}])
        self.assertEqual(self.requests[0].query["batch_id"], "b")
        self.assertEqual(self.requests[0].query["status"], "FAILED")
        self.will_answer(200, {"cancelled": 3})
        self.assertEqual(batch.cancel(), 3)
        self.assertEqual((self.requests[1].method, self.requests[1].path), ("POST", "/v1/batches/b/cancel"))
        self.will_answer(200, {"batches": [{"id": "b"}]})
        self.assertEqual(list(self.client.batches.list("ep")), [{"id": "b"}])
        self.assertEqual(self.requests[2].query["endpoint_id"], "ep")


if __name__ == "__main__":
    unittest.main()
