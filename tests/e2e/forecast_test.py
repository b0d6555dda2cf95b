#!/usr/bin/env python3
"""Waiting jobs say when they are likely to start and what they are likely to cost."""

import datetime

import case
import servers


def at(timestamp: str) -> datetime.datetime:
    """The time an answer means."""
    return datetime.datetime.fromisoformat(timestamp)


class ForecastTest(case.SuiteCase):
    """One endpoint with one worker a test; see case.SuiteCase."""

    def predicted(self, job_id: str) -> dict:
        """Polls until the job has a forecast; returns why it waits."""
        def there():
            waiting = self.job(job_id)["waiting"]
            return "predicted_start_p50" in waiting and waiting
        return servers.wait_until(there, f"job {job_id} to have a forecast", case.JOB_TIMEOUT_S)

    def test_jobs_in_a_queue_are_predicted_in_their_order(self):
        endpoint = self.endpoint("forecast")
        for _ in range(3):
            done = self.run_job(endpoint, {"op": "sleep", "seconds": 0.2})
        with self.gate(endpoint):
            jobs = [self.submit(endpoint, n) for n in range(3)]
            waiting = [self.predicted(job) for job in jobs]
            self.assertEqual([each["position"] for each in waiting], [1, 2, 3])
            starts = [at(each["predicted_start_p50"]) for each in waiting]
            self.assertGreater(min(starts), at(done["completed_at"]))
            self.assertGreater(starts[2], starts[0])
            for each in waiting:
                self.assertGreaterEqual(at(each["predicted_start_p90"]), at(each["predicted_start_p50"]))
                # A run of 0.2 s and some overhead, and an invocation.
                self.assertGreaterEqual(each["predicted_cost_nanos"],
                                        case.GPU_SECOND_NANOS["rtx4000"] // 5 + case.INVOCATION_NANOS)
                self.assertLess(each["predicted_cost_nanos"],
                                case.GPU_SECOND_NANOS["rtx4000"] * 60 + case.INVOCATION_NANOS)
        for job in jobs:
            self.assertNotIn("waiting", self.complete(job))

        def measured():
            return sum(float(line.rsplit(" ", 1)[1]) for line in self.suite.metrics("scheduler").splitlines()
                       if line.startswith("furnace_forecasts_total{"))
        servers.wait_until(lambda: measured() >= len(jobs), "the forecasts to be measured")
        self.assertIn("furnace_forecast_error_seconds_count", self.suite.metrics("scheduler"))

    def test_a_job_for_later_is_predicted_for_its_time(self):
        later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).isoformat()
        job = self.job(self.submit(self.endpoint("later"), 1, options={"not_before": later}))
        self.assertEqual(job["waiting"]["predicted_start_p50"], job["not_before"])
        self.assertEqual(job["waiting"]["predicted_start_p90"], job["not_before"])

    def test_nothing_is_predicted_of_a_paused_endpoint(self):
        endpoint = self.endpoint("paused")
        self.run_job(endpoint, 1)
        self.call("POST", f"/v1/endpoints/{endpoint}/pause", {})

        def paused():
            # The scheduler hears of it in a moment; until then it runs jobs.
            waiting = self.job(self.submit(endpoint, 2)).get("waiting", {})
            return waiting.get("constraint") == "PAUSED" and waiting
        waiting = servers.wait_until(paused, "the endpoint to be paused")
        self.assertNotIn("predicted_start_p50", waiting)
        self.assertNotIn("predicted_start_p90", waiting)


case.main()
