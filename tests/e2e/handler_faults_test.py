"""Handlers that misbehave: each fault ends its own job with the reason, and the
worker goes on with the next one."""

import base64

import case
import servers

# What a handler without SDK may send as its report, and what has to be in the error.
ODD_REPORTS = (
    (b"", "JSON"),
    (b"not json", "JSON"),
    (b'{"output": 1', "JSON"),
    (b'{"output": nan}', "JSON"),
    (b'{"output": "\xff\xfe"}', "JSON"),
    (b"[" * 10_000, "JSON"),
    (b'{"output": 1}{"output": 2}', "JSON"),
    (b'{"error": "nul \\u0000 in it"}', "nul"),
    (b'{"error": {"code": 7}}', '"code"'),
    (b'{"error": "' + b"e" * 100_000 + b'"}', "eee"),
)


class HandlerFaultsTest(case.SuiteCase):
    def fails(self, endpoint: str, job_input, cause: str, *words: str) -> dict:
        """The job has to fail for this cause, with these words, and the next to run."""
        job = self.finish(self.submit(endpoint, job_input))
        self.assertEqual((job["status"], job["cause"]), ("FAILED", cause), job)
        self.assertEqual(job["attempt"], 1)
        for word in words:
            self.assertIn(word, job["error"])
        self.assertNotIn("output", job)
        self.assertGreater(job["gpu_time_us"], 0)
        self.assertEqual(self.run_job(endpoint, "next")["worker_id"], job["worker_id"])
        # What is stored says the same.
        servers.wait_until(lambda: self._listed(job["id"]) == ("FAILED", cause, job["error"]),
                           f"the list to show job {job['id']}")
        return job

    def _listed(self, job_id: str) -> tuple:
        for job in self.call("GET", "/v1/jobs?page_size=10")["jobs"]:
            if job["id"] == job_id:
                return job["status"], job.get("cause"), job.get("error")
        return ()

    def test_a_handler_that_raises(self):
        endpoint = self.endpoint("raises")
        job = self.fails(endpoint, {"op": "raise", "message": "out of \U0001f525"}, "HANDLER_ERROR",
                         "ValueError", "echo.py")
        self.assertIn("out of", job["error"])
        self.fails(endpoint, {"op": "raise", "message": "x" * 100_000}, "HANDLER_ERROR", "ValueError")
        self.fails(endpoint, {"op": "raise", "message": "\0"}, "HANDLER_ERROR", "ValueError")

    def test_a_handler_that_exits(self):
        endpoint = self.endpoint("exits")
        self.fails(endpoint, {"op": "exit", "status": 3}, "HANDLER_EXITED", "status 3")
        self.fails(endpoint, {"op": "exit", "status": 0}, "HANDLER_EXITED", "status 0")

    def test_a_handler_that_kills_itself(self):
        self.fails(self.endpoint("kills"), {"op": "kill"}, "HANDLER_EXITED", "signal 9")

    def test_a_handler_that_runs_into_its_timeout(self):
        endpoint = self.endpoint("hangs", timeout_seconds=1)
        job = self.fails(endpoint, {"op": "hang"}, "TIMEOUT", "1 s")
        self.assertGreaterEqual(job["gpu_time_us"], 1_000_000)

    def test_a_handler_that_does_not_heed_the_order_to_stop(self):
        endpoint = self.endpoint("deaf", timeout_seconds=1)
        self.fails(endpoint, {"op": "deaf"}, "TIMEOUT", "1 s")

    def test_a_handler_that_returns_no_json(self):
        endpoint = self.endpoint("no-json")
        self.fails(endpoint, {"op": "set"}, "HANDLER_ERROR", "not JSON", "set")
        self.fails(endpoint, {"op": "nan"}, "HANDLER_ERROR", "not JSON")

    def test_a_handler_that_returns_an_error(self):
        endpoint = self.endpoint("returns-error")
        self.assertEqual(self.fails(endpoint, {"op": "error"}, "HANDLER_ERROR")["error"], "told to")
        self.fails(endpoint, {"op": "failure"}, "HANDLER_ERROR", "success: false")
        self.fails(endpoint, {"op": "odd_error"}, "HANDLER_ERROR")

    def test_a_handler_that_prints_garbage(self):
        job = self.run_job(self.endpoint("garbage"), {"op": "garbage"})
        self.assertEqual(job["output"]["echo"], {"op": "garbage"})

    def test_a_handler_that_reports_garbage(self):
        endpoint = self.endpoint("reports", handler_path="bare.py")
        for report, word in ODD_REPORTS:
            with self.subTest(report=report[:40]):
                self.fails(endpoint, {"report_base64": base64.b64encode(report).decode()},
                           "HANDLER_ERROR", word)

    def test_progress_that_cannot_be_kept_does_not_fail_the_job(self):
        endpoint = self.endpoint("progress")
        release = self.folder / "release"
        release.touch()
        for value in ("x" * 10_000, "\0", [[[]]], None):
            self.run_job(endpoint, {"op": "progress", "value": value, "path": str(release)})

    def test_a_handler_that_fails_is_tried_again_as_often_as_allowed(self):
        endpoint = self.endpoint("retried", max_retries=2)
        job = self.finish(self.submit(endpoint, {"op": "raise"}))
        self.assertEqual((job["status"], job["attempt"], job["retry_count"]), ("FAILED", 3, 3))
        job = self.run_job(endpoint, {"op": "exit_once", "path": str(self.folder / "tried")})
        self.assertEqual((job["attempt"], job["retry_count"]), (2, 1))

    def test_a_handler_that_cannot_start(self):
        for name, path in (("missing", "no_such_handler.py"), ("broken", "broken.py")):
            with self.subTest(path=path):
                endpoint = self.endpoint(name, handler_path=path)
                job = self.submit(endpoint, 1)
                waiting = self.await_reason(job, "CRASH_LOOP")
                self.assertIn("3 workers in a row ended before their first job", waiting["detail"])
                self.assertEqual((self.job(job)["status"], waiting["position"]), ("IN_QUEUE", 1))
        self.run_job(self.endpoint("healthy"), 1)

    def test_an_image_outside_the_folders_for_images_runs_nothing(self):
        endpoint = self.endpoint("outside", image_uri="file:///etc", handler_path="passwd")
        job = self.submit(endpoint, 1)
        self.assertIn("not in a folder for images", self.await_reason(job, "CANNOT_RUN")["detail"])


if __name__ == "__main__":
    case.main()
