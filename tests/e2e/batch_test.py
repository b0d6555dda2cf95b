#!/usr/bin/env python3
"""Batches as a whole: counts, failure report, one worker, cancel, webhook; over REST with
real workers and a receiver on loopback."""

import json
import os
import signal
import sys

import case
import servers
from receiver import Receiver

sys.path.insert(0, str(case.HANDLERS.parents[2] / "sdk" / "python"))
from furnace import webhooks  # noqa: E402

JOBS = 100
FAILING = range(3, 100, 15)  # 7 of them.


class BatchTest(case.SuiteCase):
    """One endpoint a test; see case.SuiteCase."""

    def send(self, endpoint: str, inputs: list, **fields) -> dict:
        """Queues a batch; its ids."""
        return self.call("POST", f"/v1/endpoints/{endpoint}/batch",
                         {"jobs": [{"input": each} for each in inputs], **fields})

    def batch(self, batch_id: str) -> dict:
        """A batch as it is now."""
        return self.call("GET", f"/v1/batches/{batch_id}")

    def done(self, batch_id: str) -> dict:
        """Waits until every job of the batch is final."""
        def reached():
            batch = self.batch(batch_id)
            self.assertEqual(sum(batch["counts"].values()), batch["total"])
            return batch["done"] and batch
        return servers.wait_until(reached, f"batch {batch_id} to be done", case.JOB_TIMEOUT_S)

    def pids(self, jobs: list) -> list:
        """The processes of the handlers that ran these jobs, each once, in the order of the jobs."""
        pids = [self.job(job)["output"] for job in jobs]
        return [pid for at, pid in enumerate(pids) if pid not in pids[:at]]

    # --- Counts and failures ---

    def test_a_batch_is_counted_and_its_failures_are_told(self):
        endpoint = self.endpoint("counted", max_workers=4)
        inputs = [{"op": "raise", "message": f"bad {n}"} if n in FAILING else n for n in range(JOBS)]
        sent = self.send(endpoint, inputs, name="night's run")
        batch = self.done(sent["batch_id"])
        self.assertEqual((batch["name"], batch["total"], batch["endpoint_id"]), ("night's run", JOBS, endpoint))
        self.assertEqual((batch["counts"]["completed"], batch["counts"]["failed"]), (JOBS - 7, 7))
        jobs = [self.job(job) for job in sent["job_ids"]]
        self.assertEqual(batch["gpu_time_us"], sum(job["gpu_time_us"] for job in jobs))
        self.assertEqual(batch["started_at"], min(job["started_at"] for job in jobs))
        self.assertEqual(batch["completed_at"], max(job["completed_at"] for job in jobs))
        self.assertEqual({job["batch_id"] for job in jobs}, {batch["id"]})

        path = f"/v1/batches/{batch['id']}/failures"
        report = self.call("GET", path)
        self.assertEqual(report["groups"], [{"status": "FAILED", "cause": "HANDLER_ERROR", "jobs": 7}])
        self.assertNotIn("next_page_token", report)
        pages = self.pages(path, "failures", page_size=3)
        self.assertEqual(pages, report["failures"])
        self.assertEqual([failure["index"] for failure in pages], list(FAILING))
        for failure in pages:
            self.assertEqual(failure["job"]["id"], sent["job_ids"][failure["index"]])
            self.assertIn(f"bad {failure['index']}", failure["job"]["error"])

        listed = self.pages("/v1/jobs", "jobs", batch_id=batch["id"], status="FAILED")
        self.assertEqual([job["id"] for job in listed[::-1]], [failure["job"]["id"] for failure in pages])
        self.assertEqual(self.call("GET", f"/v1/batches?endpoint_id={endpoint}")["batches"], [batch])

    def test_a_redriven_job_reopens_its_batch(self):
        endpoint = self.endpoint("reopened")
        path = str(self.folder / "tried")
        sent = self.send(endpoint, [1, {"op": "exit_once", "path": path}])
        self.assertEqual(self.done(sent["batch_id"])["counts"]["failed"], 1)
        self.call("POST", f"/v1/jobs/{sent['job_ids'][1]}/redrive", {})
        servers.wait_until(lambda: self.batch(sent["batch_id"])["counts"]["failed"] == 0, "the batch to reopen")
        self.assertEqual(self.done(sent["batch_id"])["counts"]["completed"], 2)

    # --- One worker ---

    def test_a_batch_on_one_worker_has_one_process_and_starts_no_other(self):
        endpoint = self.endpoint("one", max_workers=5, scaler_value=1)
        sent = self.send(endpoint, [{"op": "pid", "seconds": 0.05}] * 40, one_worker=True)
        batch = self.done(sent["batch_id"])
        self.assertEqual(batch["counts"]["completed"], 40)
        self.assertEqual(len(self.pids(sent["job_ids"])), 1)
        self.assertEqual(len(self.workers(endpoint)), 1)

    def test_other_workers_of_the_endpoint_leave_a_batch_on_one_worker_alone(self):
        endpoint = self.endpoint("crowd", min_workers=3, max_workers=3)
        self.await_workers(endpoint, 3)
        sent = self.send(endpoint, [{"op": "pid"}] * 30, one_worker=True)
        self.done(sent["batch_id"])
        self.assertEqual(len(self.pids(sent["job_ids"])), 1)

    def test_another_worker_takes_the_rest_over_when_the_first_is_killed(self):
        endpoint = self.endpoint("taken-over", max_workers=3)
        gate = self.folder / "gate"
        order = {"op": "pid", "path": str(gate)}
        sent = self.send(endpoint, [{"op": "pid"}] * 5 + [order] + [{"op": "pid"}] * 10, one_worker=True)
        job = self.await_status(sent["job_ids"][5], "IN_PROGRESS")
        os.kill(self.suite.worker_pid(job["worker_id"]), signal.SIGKILL)
        gate.touch()
        self.assertEqual(self.done(sent["batch_id"])["counts"]["completed"], 16)
        before, after = self.pids(sent["job_ids"][:5]), self.pids(sent["job_ids"][5:])
        self.assertEqual((len(before), len(after)), (1, 1))
        self.assertNotEqual(before, after)

    # --- Webhook ---

    def receiver(self) -> Receiver:
        """A receiver that lives as long as the test."""
        receiver = Receiver()
        self.addCleanup(receiver.close)
        return receiver

    def webhook(self, batch_id: str, status: str) -> dict:
        """Waits until the batch's webhook is in this state."""
        def reached():
            # A scheduler that was killed is away for a moment.
            answered, batch = self.suite.request("GET", f"/v1/batches/{batch_id}")
            webhook = batch["webhook"] if answered == 200 else {}
            return webhook.get("status") == status and webhook
        return servers.wait_until(reached, f"the webhook of {batch_id} to be {status}", case.JOB_TIMEOUT_S)

    def test_a_webhook_comes_once_signed_and_as_get_shows_the_batch(self):
        endpoint, receiver = self.endpoint("hooked", max_workers=2), self.receiver()
        sent = self.send(endpoint, [1, {"op": "raise"}, 3], webhook_url=receiver.url, name="h\u00f6\"k")
        delivered = self.webhook(sent["batch_id"], "DELIVERED")
        self.assertEqual((delivered["url"], delivered["attempts"]), (receiver.url, 1))
        (headers, body), = receiver.got
        secret = self.call("GET", "/v1/webhooks/secret")["secret"]
        self.assertTrue(webhooks.verify(secret, headers, body))
        self.assertFalse(webhooks.verify(secret, headers, body + b" "))
        self.assertEqual((headers["webhook-id"], headers["furnace-event"]), (delivered["id"], "batch.done"))
        batch = self.batch(sent["batch_id"])
        del batch["webhook"]
        self.assertEqual(json.loads(body), batch)

    def test_a_webhook_survives_the_scheduler_and_is_retried_until_it_is_taken(self):
        endpoint, receiver = self.endpoint("stubborn"), self.receiver()
        receiver.status = 503
        sent = self.send(endpoint, [1, 2], webhook_url=receiver.url)
        servers.wait_until(lambda: len(receiver.got) > 1, "two attempts")
        self.suite.kill("scheduler")
        receiver.status = 200
        self.suite.start("scheduler")
        delivered = self.webhook(sent["batch_id"], "DELIVERED")
        self.assertGreater(delivered["attempts"], 2)
        self.assertNotIn("last_error", delivered)
        self.assertEqual({headers["webhook-id"] for headers, _ in receiver.got}, {delivered["id"]})
        self.assertEqual(len({body for _, body in receiver.got}), 1)

    def test_a_redrive_sends_the_webhook_anew(self):
        endpoint, receiver = self.endpoint("again"), self.receiver()
        sent = self.send(endpoint, [{"op": "exit_once", "path": str(self.folder / "tried")}], webhook_url=receiver.url)
        first = self.webhook(sent["batch_id"], "DELIVERED")
        self.call("POST", f"/v1/jobs/{sent['job_ids'][0]}/redrive", {})
        servers.wait_until(lambda: len(receiver.got) == 2, "the second webhook")
        self.assertEqual([json.loads(body)["counts"]["completed"] for _, body in receiver.got], [0, 1])
        self.assertNotEqual(self.batch(sent["batch_id"])["webhook"]["id"], first["id"])

    # --- Cancel ---

    def test_a_cancel_in_the_middle_ends_what_is_left(self):
        endpoint = self.endpoint("cancelled")
        gate = {"op": "gate", "path": str(self.folder / "gate")}
        sent = self.send(endpoint, [1, 2, gate] + list(range(200)))
        self.await_status(sent["job_ids"][2], "IN_PROGRESS")
        path = f"/v1/batches/{sent['batch_id']}/cancel"
        self.assertEqual(self.call("POST", path, {})["cancelled"], 201)
        self.assertEqual(self.call("POST", path, {})["cancelled"], 0)
        counts = self.done(sent["batch_id"])["counts"]
        self.assertEqual((counts["completed"], counts["cancelled"]), (2, 201))
        self.assertEqual(self.run_job(endpoint, 1)["output"]["echo"], 1)

    # --- What is refused ---

    def test_bad_batches_are_named_and_foreign_ones_unknown(self):
        endpoint = self.endpoint("refused")
        cases = (
            ({"name": "a\nb"}, "name"),
            ({"name": "n" * 256}, "name"),
            ({"one_worker": "yes"}, "one_worker"),
            ({"one_worker": True, "jobs": [{"input": 1, "options": {"concurrency_key": "k"}}]},
             "jobs[0].options.concurrency_key"),
            ({"webhook_url": "ftp://a"}, "webhook_url"),
            ({"webhook_url": "http://user:word@a/"}, "webhook_url"),
            ({"webhook_url": "http://a/" + "x" * 2048}, "webhook_url"),
            ({"jobs": []}, "jobs"),
            ({"jobs": [{"input": 1}] * 1001}, "jobs"),
        )
        for fields, word in cases:
            with self.subTest(word=word):
                status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/batch",
                                                    {"jobs": [{"input": 1}], **fields})
                self.assertEqual(status, 400, answer)
                self.assertIn(word, answer["error"])
        self.assertEqual(self.call("GET", f"/v1/batches?endpoint_id={endpoint}")["batches"], [])
        sent = self.send(endpoint, [1])["batch_id"]
        unknown = sent[:-12] + "000000000000"
        for method, path, code in (("GET", f"/v1/batches/{unknown}", 404), ("GET", "/v1/batches/x", 400),
                                   ("POST", f"/v1/batches/{unknown}/cancel", 404),
                                   ("GET", f"/v1/batches/{unknown}/failures", 404),
                                   ("GET", f"/v1/batches/{sent}/failures?page_token=-1", 400),
                                   ("GET", f"/v1/batches/{sent}/failures?page_size=1001", 400),
                                   ("GET", "/v1/batches?page_size=101", 400),
                                   ("GET", "/v1/batches?page_token=x", 400),
                                   ("GET", "/v1/jobs?batch_id=x", 400)):
            with self.subTest(path=path):
                status, _ = self.suite.request(method, path, {} if method == "POST" else None)
                self.assertEqual(status, code)


if __name__ == "__main__":
    case.main()
