"""Workers in other languages: the examples of docs/worker-protocol.md, as they are."""

import json
import shutil
import unittest

import case
import suite

EXAMPLES = suite.ROOT / "examples"


class ExampleCase(case.SuiteCase):
    """Endpoints of the examples, and how their jobs fail."""

    def example(self, folder: str, program: str, **spec) -> str:
        """An endpoint of a program of examples/."""
        return self.endpoint(folder, image_uri=f"file://{EXAMPLES / folder}", handler_path=program, max_retries=0,
                             **spec)

    def failure(self, endpoint: str, job_input) -> str:
        """What a job says that has to fail by its handler's word."""
        job = self.finish(self.submit(endpoint, job_input))
        self.assertEqual((job["status"], job["cause"]), ("FAILED", "HANDLER_ERROR"), job)
        return job["error"]


@unittest.skipUnless(shutil.which("node"), "needs node")
class NodeTest(ExampleCase):
    def test_a_worker_in_node_streams_reports_progress_and_returns_its_output(self):
        endpoint = self.example("worker-node", "handler.js")
        job = self.run_job(endpoint, {"text": "a bé 日本"})
        self.assertEqual(job["output"], {"words": 3})
        self.assertEqual(job["progress"], {"done": 2, "of": 3})
        _, lines = self.raw("GET", f"/v1/jobs/{job['id']}/watch")
        chunks = [chunk["output"] for line in lines.splitlines() for chunk in json.loads(line).get("chunks", [])]
        self.assertEqual(chunks, ["A", "BÉ", "日本"])

    def test_what_a_handler_in_node_throws_is_the_jobs_error_and_the_next_job_runs(self):
        endpoint = self.example("worker-node", "handler.js")
        self.assertIn("TypeError", self.failure(endpoint, None))
        self.assertEqual(self.run_job(endpoint, {"text": "again"})["output"], {"words": 1})

    def test_a_cancelled_job_frees_the_worker_for_the_next(self):
        endpoint = self.example("worker-node", "handler.js")
        job_id = self.submit(endpoint, {"text": "word " * 100_000})
        self.await_status(job_id, "IN_PROGRESS")
        self.assertEqual(self.call("POST", f"/v1/jobs/{job_id}/cancel", {})["status"], "CANCELLED")
        self.assertEqual(self.run_job(endpoint, {"text": "next"})["output"], {"words": 1})


@unittest.skipUnless(shutil.which("jq") and shutil.which("curl"), "needs curl and jq")
class ShellTest(ExampleCase):
    def test_a_worker_in_shell_runs_one_job_after_another(self):
        endpoint = self.example("worker-shell", "handler.sh")
        jobs = [self.submit(endpoint, {"numbers": list(range(n))}) for n in (1, 5, 100)]
        outputs = [self.complete(job)["output"] for job in jobs]
        self.assertEqual(outputs, [{"sum": 0, "count": 1}, {"sum": 10, "count": 5}, {"sum": 4950, "count": 100}])

    def test_what_a_handler_in_shell_writes_to_stderr_is_the_jobs_error(self):
        endpoint = self.example("worker-shell", "handler.sh")
        self.assertIn("jq", self.failure(endpoint, {"numbers": "none"}))
        self.assertEqual(self.run_job(endpoint, {"numbers": [2]})["output"], {"sum": 2, "count": 1})


if __name__ == "__main__":
    case.main()
