#!/usr/bin/env python3
"""Jobs that are cancelled while they run: the handler is asked to end, and is killed
when it does not; nothing else runs beside it meanwhile."""

import datetime
import os

import case
import servers
import suite


def at(timestamp: str) -> datetime.datetime:
    """The time an answer means."""
    return datetime.datetime.fromisoformat(timestamp)


class CancelCase(case.SuiteCase):
    """One endpoint with one worker a test; see case.SuiteCase."""

    GRACE = "1s"

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite(os.environ["FURNACE_BIN"], gpus=cls.GPUS,
                                extra={"scheduler": {"FURNACE_CANCEL_GRACE": cls.GRACE}})
        cls.addClassCleanup(cls.suite.close)

    def cancel(self, job_id: str) -> dict:
        """Cancels a job that runs."""
        job = self.call("POST", f"/v1/jobs/{job_id}/cancel", {})
        self.assertEqual((job["status"], job["error"]), ("CANCELLED", "cancelled"))
        return job

    def await_text(self, path) -> str:
        """What a handler has left at this path."""
        servers.wait_until(path.exists, f"{path} to be there", case.JOB_TIMEOUT_S)
        return path.read_text()

    def assert_billed_until(self, job: dict):
        """The job is billed for its time until it was cancelled, and once."""
        micros = (at(job["completed_at"]) - at(job["started_at"])) // datetime.timedelta(microseconds=1)
        self.assertEqual(job["gpu_time_us"], micros)
        self.assertGreater(micros, 0)

        def entries():
            return [entry for entry in self.pages("/v1/ledger", "entries", job_id=job["id"])
                    if entry.get("gpu_time_us")]
        servers.wait_until(entries, f"job {job['id']} to be billed")
        self.assertEqual(sum(entry["gpu_time_us"] for entry in entries()), micros)
        self.assertEqual({entry["epoch"] for entry in entries()}, {1})


class UnwillingTest(CancelCase):
    """Handlers that do not end when asked."""

    def test_a_handler_that_ignores_the_order_is_killed_before_the_next_job(self):
        endpoint = self.endpoint("deaf")
        path = self.folder / "pid"
        job_id = self.submit(endpoint, {"op": "deaf", "path": str(path)})
        pid = self.await_text(path)
        job = self.cancel(job_id)
        after = self.run_job(endpoint, {"op": "exists", "path": f"/proc/{pid}"})
        self.assertIs(after["output"], False, "the next job began while the handler was there")
        self.assertEqual(after["worker_id"], job["worker_id"], "the worker itself goes on")
        self.assert_billed_until(self.job(job_id))

    def test_a_handler_that_hangs_is_killed(self):
        endpoint = self.endpoint("hung")
        job_id = self.submit(endpoint, {"op": "hang"})
        self.await_status(job_id, "IN_PROGRESS")
        self.cancel(job_id)
        self.run_job(endpoint, "next")
        self.assertEqual(self.job(job_id)["status"], "CANCELLED")

    def test_a_final_job_stays_as_it_is(self):
        endpoint = self.endpoint("late")
        job = self.run_job(endpoint, 1)
        self.assertEqual(self.call("POST", f"/v1/jobs/{job['id']}/cancel", {})["status"], "COMPLETED")


class WillingTest(CancelCase):
    """A handler that ends when asked, for which there is time enough."""

    GRACE = "60s"

    def test_a_handler_that_ends_by_itself_is_not_killed_and_its_result_is_dropped(self):
        endpoint = self.endpoint("polite")
        gate, farewell = self.folder / "gate", self.folder / "farewell"
        job_id = self.submit(endpoint, {"op": "polite", "path": str(gate), "farewell": str(farewell)})
        self.await_status(job_id, "IN_PROGRESS")
        job = self.cancel(job_id)
        gate.touch()  # The handler returns a result, and then its process ends.
        after = self.run_job(endpoint, {"op": "exists", "path": str(farewell)})
        self.assertIs(after["output"], True, "the process was killed, or the job ran in it")
        self.assertEqual(after["worker_id"], job["worker_id"])
        self.assertEqual(self.job(job_id)["status"], "CANCELLED")
        self.assertNotIn("output", self.job(job_id))
        self.assert_billed_until(self.job(job_id))


case.main()
