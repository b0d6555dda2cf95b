#!/usr/bin/env python3
"""When and whether jobs run: delays, time to live, backoff, dead letters, idempotency
keys, limits, pause and purge; over REST with real workers."""

import datetime

import case
import servers


def ahead(seconds: float) -> str:
    """RFC 3339 of the time so many seconds from now."""
    time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return time.isoformat().replace("+00:00", "Z")


def at(timestamp: str) -> datetime.datetime:
    """The time an answer means."""
    return datetime.datetime.fromisoformat(timestamp)


class QueuePolicyTest(case.SuiteCase):
    """One endpoint a test; see case.SuiteCase."""

    def hold(self, endpoint: str, name: str, **fields) -> str:
        """A job that runs until its gate is opened, and has begun."""
        job = self.submit(endpoint, {"op": "gate", "path": str(self.folder / name)}, **fields)
        self.await_status(job, "IN_PROGRESS")
        return job

    def open(self, name: str):
        """Lets the jobs at this gate go on."""
        (self.folder / name).touch()

    # --- Time ---

    def test_a_job_for_later_is_delayed_and_then_runs(self):
        endpoint = self.endpoint("later")
        job = self.job(self.submit(endpoint, 1, options={"not_before": ahead(1.5)}))
        self.assertEqual((job["status"], job["waiting"]["constraint"]), ("DELAYED", "NOT_BEFORE"))
        self.assertEqual(self.workers(endpoint), [], "no worker is started for a job of later")
        done = self.finish(job["id"])
        self.assertEqual(done["status"], "COMPLETED")
        self.assertGreaterEqual(at(done["started_at"]), at(job["not_before"]))
        self.assertNotIn("not_before", done)
        self.assertNotIn("waiting", done)

    def test_a_job_that_nobody_runs_in_time_times_out(self):
        endpoint = self.endpoint("ttl")
        self.hold(endpoint, "gate")
        job = self.submit(endpoint, 1, options={"ttl_seconds": 1})
        done = self.finish(job)
        self.assertEqual((done["status"], done["error"]), ("TIMED_OUT", "not run within its time to live"))
        self.assertNotIn("started_at", done)
        self.open("gate")

    def test_an_endpoints_time_to_live_is_for_jobs_that_name_none(self):
        endpoint = self.endpoint("ttl-default", queue={"ttl_seconds": 1000})
        job = self.job(self.submit(endpoint, 1))
        self.assertEqual((at(job["expires_at"]) - at(job["queued_at"])).total_seconds(), 1000)

    def test_a_job_may_have_a_timeout_of_its_own(self):
        endpoint = self.endpoint("timeout")
        done = self.finish(self.submit(endpoint, {"op": "hang"}, options={"timeout_seconds": 1}))
        self.assertEqual((done["status"], done["cause"]), ("FAILED", "TIMEOUT"))

    # --- Retries and dead letters ---

    def test_a_retry_waits_for_its_backoff(self):
        endpoint = self.endpoint("backoff", max_retries=1,
                                 retry={"backoff_ms": 3_600_000, "max_backoff_ms": 3_600_000})
        job = self.await_status(self.submit(endpoint, {"op": "raise"}), "DELAYED")
        self.assertEqual((job["attempt"], job["retry_count"]), (1, 1))
        self.assertGreater(at(job["not_before"]), at(job["started_at"]))
        self.assertEqual(job["waiting"]["constraint"], "BACKOFF")
        self.assertEqual(self.call("POST", f"/v1/jobs/{job['id']}/cancel", {})["status"], "CANCELLED")

    def test_a_cause_may_be_final_at_once(self):
        endpoint = self.endpoint("no-retry", max_retries=5, retry={"no_retry_on": ["HANDLER_ERROR"]})
        job = self.finish(self.submit(endpoint, {"op": "raise"}))
        self.assertEqual((job["status"], job["attempt"]), ("FAILED", 1))

    def test_dead_letters_are_listed_and_redriven(self):
        endpoint = self.endpoint("dead")
        gate = str(self.folder / "tried")
        jobs = [self.finish(self.submit(endpoint, {"op": "exit_once", "path": f"{gate}-{i}"}))["id"]
                for i in range(3)]

        def dead():
            return self.pages(f"/v1/endpoints/{endpoint}/dead-letters", "jobs", page_size=2)
        servers.wait_until(lambda: len(dead()) == 3, "the dead letters to be listed")
        self.assertEqual([job["id"] for job in dead()], jobs[::-1])
        self.assertEqual(dead()[0]["cause"], "HANDLER_EXITED")

        self.assertIn(self.call("POST", f"/v1/jobs/{jobs[0]}/redrive", {})["status"],
                      ("IN_QUEUE", "IN_PROGRESS", "COMPLETED"))
        done = self.finish(jobs[0])
        self.assertEqual((done["status"], done["attempt"], done["retry_count"]), ("COMPLETED", 2, 0))
        status, answer = self.suite.request("POST", f"/v1/jobs/{jobs[0]}/redrive", {})
        self.assertEqual((status, answer["code"]), (409, "FAILED_PRECONDITION"))

        answer = self.call("POST", f"/v1/endpoints/{endpoint}/dead-letters/redrive", {})
        self.assertEqual((answer["redriven"], answer["more"]), (2, False))
        for job in jobs:
            self.assertEqual(self.finish(job)["status"], "COMPLETED")
        servers.wait_until(lambda: not dead(), "the dead letters to be gone")
        self.assert_billed(jobs, attempts=2)

    def assert_billed(self, jobs: list, attempts: int):
        """Each attempt of each job is in the ledger once, and adds up to its GPU time."""
        def entries(job):
            return [entry for entry in self.pages("/v1/ledger", "entries", job_id=job) if entry["gpu_time_us"]]
        for job in jobs:
            servers.wait_until(lambda: len(entries(job)) >= attempts, f"job {job} to be billed")
            self.assertEqual(sorted(entry["epoch"] for entry in entries(job)), list(range(1, attempts + 1)))
            self.assertEqual(sum(entry["gpu_time_us"] for entry in entries(job)),
                             self.job(job)["gpu_time_us"])

    # --- Idempotency ---

    def test_a_submit_repeated_under_its_key_is_one_job(self):
        endpoint = self.endpoint("idempotent")
        options = {"idempotency_key": "order 66"}
        first = self.submit(endpoint, {"n": 1}, options=options)
        self.assertEqual(self.submit(endpoint, {"n": 1}, options=options), first)
        self.finish(first)
        again = self.call("POST", f"/v1/endpoints/{endpoint}/runsync", {"input": {"n": 1}, "options": options})
        self.assertEqual((again["id"], again["status"]), (first, "COMPLETED"))
        self.assertEqual(again["output"]["echo"], {"n": 1})
        status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run",
                                            {"input": {"n": 2}, "options": options})
        self.assertEqual((status, answer["code"]), (409, "ALREADY_EXISTS"))
        self.assertIn("idempotency_key", answer["error"])
        other = self.endpoint("idempotent-too")
        self.assertNotEqual(self.submit(other, {"n": 2}, options=options), first)

    # --- Limits ---

    def test_no_more_jobs_run_than_the_endpoint_allows(self):
        endpoint = self.endpoint("limited", min_workers=2, max_workers=2, queue={"max_concurrency": 1})
        self.await_workers(endpoint, 2)
        first = self.hold(endpoint, "gate")
        second = self.submit(endpoint, 2)
        # A job of another endpoint goes through meanwhile; this one still waits.
        self.run_job(self.endpoint("free"), 1)
        self.await_reason(second, "CONCURRENCY_LIMIT")
        self.open("gate")
        self.assertGreaterEqual(at(self.finish(second)["started_at"]), at(self.finish(first)["completed_at"]))

    def test_jobs_of_one_concurrency_key_run_one_at_a_time(self):
        endpoint = self.endpoint("keyed", min_workers=2, max_workers=2)
        self.await_workers(endpoint, 2)
        key = {"concurrency_key": "tenant 7"}
        first = self.hold(endpoint, "gate", options=key)
        second = self.submit(endpoint, 2, options=key)
        self.assertEqual(self.run_job(endpoint, 3)["status"], "COMPLETED", "another key is not held up")
        self.await_reason(second, "CONCURRENCY_KEY")
        self.open("gate")
        self.assertGreaterEqual(at(self.finish(second)["started_at"]), at(self.finish(first)["completed_at"]))

    def test_a_full_queue_refuses_and_says_so(self):
        endpoint = self.endpoint("full", queue={"max_queued": 2})
        self.hold(endpoint, "gate")
        batch = {"jobs": [{"input": 1}, {"input": 2}]}
        jobs = self.call("POST", f"/v1/endpoints/{endpoint}/batch", batch)["job_ids"]
        self.assertEqual([self.job(job)["waiting"]["position"] for job in jobs], [1, 2])
        self.assertEqual(self.await_reason(jobs[1], "BUSY")["position"], 2)
        status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run", {"input": 3})
        self.assertEqual((status, answer["code"]), (429, "RESOURCE_EXHAUSTED"))
        self.assertIn("too many jobs wait", answer["error"])
        self.open("gate")

    # --- Pause and purge ---

    def test_a_paused_endpoint_takes_jobs_and_runs_them_once_resumed(self):
        endpoint = self.endpoint("paused", min_workers=1)
        self.await_workers(endpoint, 1)
        self.assertEqual(self.call("POST", f"/v1/endpoints/{endpoint}/pause", {})["status"], "PAUSED")
        # The scheduler has heard of it once it lets the idle worker go.
        self.await_workers(endpoint, 0)
        job = self.submit(endpoint, 1)
        self.run_job(self.endpoint("not-paused"), 1)
        self.await_reason(job, "PAUSED")
        self.call("POST", f"/v1/endpoints/{endpoint}/resume", {})
        self.assertEqual(self.finish(job)["status"], "COMPLETED")

    def test_a_purge_drops_what_waits_and_nothing_else(self):
        endpoint = self.endpoint("purged")
        running = self.hold(endpoint, "gate")
        waiting = [self.submit(endpoint, n) for n in range(3)]
        waiting.append(self.submit(endpoint, 4, options={"not_before": ahead(3600)}))
        self.assertEqual(self.call("POST", f"/v1/endpoints/{endpoint}/purge", {})["purged"], 4)
        for job in waiting:
            self.assertEqual(self.job(job)["status"], "CANCELLED")
        self.open("gate")
        self.assertEqual(self.finish(running)["status"], "COMPLETED")

    # --- What is refused ---

    def test_options_out_of_range_are_named(self):
        endpoint = self.endpoint("options")
        cases = (
            ({"ttl_seconds": -1}, "options.ttl_seconds"),
            ({"ttl_seconds": 2_592_001}, "options.ttl_seconds"),
            ({"ttl_seconds": 2**40}, "ttl_seconds"),
            ({"timeout_seconds": 604_801}, "options.timeout_seconds"),
            ({"not_before": "tomorrow"}, "not_before"),
            ({"not_before": ahead(366 * 86_400)}, "options.not_before"),
            ({"idempotency_key": "k" * 1_000_000}, "options.idempotency_key"),
            ({"idempotency_key": "gr\u00fcn"}, "options.idempotency_key"),
            ({"concurrency_key": "a\nb"}, "options.concurrency_key"),
            ({"concurrency_key": "k" * 256}, "options.concurrency_key"),
            ({"nonsense": 1}, "nonsense"),
        )
        for options, word in cases:
            with self.subTest(options=str(options)[:60]):
                status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run",
                                                    {"input": 1, "options": options})
                self.assertEqual(status, 400, answer)
                self.assertIn(word, answer["error"])
        batch = {"jobs": [{"input": 1, "options": {"idempotency_key": "k"}}]}
        status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/batch", batch)
        self.assertEqual(status, 400)
        self.assertIn("jobs[0].options.idempotency_key", answer["error"])
        self.assertEqual(self.pages("/v1/jobs", "jobs", endpoint_id=endpoint), [])


if __name__ == "__main__":
    case.main()
