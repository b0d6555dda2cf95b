"""The worker loop, as a process of its own beside a fake agent."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import fake_agent
import furnace

HANDLERS = str(pathlib.Path(__file__).resolve().parent / "handlers.py")
PACKAGES = str(pathlib.Path(furnace.__file__).resolve().parents[1])


def environment() -> dict:
    """This process's variables, without those an agent would set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RUNPOD_")}
    return {**kept, "PYTHONPATH": PACKAGES}


class WorkerCase(unittest.TestCase):
    """A fake agent and at most one worker."""

    def setUp(self):
        self.agent = fake_agent.FakeAgent()
        self.addCleanup(self.agent.close)

    def start(self, handler: str) -> subprocess.Popen:
        """Starts a worker with a function of handlers.py."""
        worker = subprocess.Popen(
            [sys.executable, HANDLERS, handler],
            env={**environment(), **self.agent.environment()},
            stdin=subprocess.PIPE,
        )
        self.addCleanup(worker.wait)
        self.addCleanup(worker.kill)
        self.addCleanup(worker.stdin.close)
        return worker

    def result(self, handler: str, value=None) -> dict:
        """The result a worker posts for one job."""
        self.start(handler)
        self.agent.give("job-1", value)
        report = self.agent.report()
        self.assertEqual(report.path, "/v2/ep/job-done/w/job-1")
        return report.json()


class ResultTest(WorkerCase):
    def test_result(self):
        self.start("echo")
        self.agent.give("job-1", "grüß")
        report = self.agent.report()
        self.assertEqual(report.method, "POST")
        self.assertEqual(report.path, "/v2/ep/job-done/w/job-1")
        self.assertEqual(report.query, {"gpu": "x", "isStream": "false"})
        self.assertEqual(report.headers["Authorization"], "key")
        self.assertEqual(report.headers["X-Request-ID"], "job-1")
        self.assertEqual(report.json(), {"output": {"echo": "grüß"}})

    def test_a_second_job_comes_over_the_same_connection(self):
        self.start("echo")
        self.agent.give("job-1", 1)
        first = self.agent.report()
        self.agent.give("job-2", 2)
        second = self.agent.report()
        self.assertEqual(second.path, "/v2/ep/job-done/w/job-2")
        self.assertEqual(second.json(), {"output": {"echo": 2}})
        self.assertEqual(first.peer, second.peer)
        takes = [self.agent.takes.get_nowait() for _ in range(2)]
        self.assertEqual({take.peer for take in takes}, {first.peer})
        self.assertEqual(takes[0].query, {"gpu": "x", "job_in_progress": "0"})

    def test_coroutine(self):
        self.assertEqual(self.result("echo_async", [1]), {"output": {"echo": [1]}})

    def test_generators(self):
        for handler in ("count", "count_async"):
            with self.subTest(handler):
                worker = self.start(handler)
                self.agent.give("job-1", 2)
                chunks = [self.agent.report(), self.agent.report()]
                for chunk in chunks:
                    self.assertEqual(chunk.path, "/v2/ep/job-stream/w/job-1")
                self.assertEqual([chunk.json() for chunk in chunks], [{"output": 0}, {"output": 1}])
                done = self.agent.report()
                self.assertEqual(done.path, "/v2/ep/job-done/w/job-1")
                self.assertEqual(done.query["isStream"], "true")
                self.assertEqual(done.json(), {"output": [0, 1]})
                worker.terminate()
                worker.wait(fake_agent.HANG_SECONDS)

    def test_progress_comes_before_the_result(self):
        self.start("progress")
        self.agent.give("job-1")
        reports = [self.agent.report(), self.agent.report()]
        for report in reports:
            self.assertEqual(report.path, "/v2/ep/job-done/w/job-1")
        self.assertEqual(reports[0].json(), {"status": "IN_PROGRESS", "output": {"step": 1}})
        self.assertEqual(reports[1].json(), {"output": "done"})

    def test_a_result_that_is_not_taken_is_posted_again(self):
        self.agent.statuses = [503, 200]
        self.start("echo")
        self.agent.give("job-1", 1)
        self.agent.give("job-2", 2)
        reports = [self.agent.report() for _ in range(3)]
        self.assertEqual(
            [report.json()["output"]["echo"] for report in reports],
            [1, 1, 2],
        )

    def test_a_heartbeat_comes_at_once(self):
        self.start("echo")
        ping = self.agent.pings.get(timeout=fake_agent.HANG_SECONDS)
        self.assertEqual(ping.path, "/v2/ep/ping/w")
        self.assertEqual(ping.query, {"gpu": "x"})


class FailureTest(WorkerCase):
    def test_an_exception_is_reported_as_json_text(self):
        error = json.loads(self.result("raises")["error"])
        self.assertEqual(error["error_type"], "<class 'ValueError'>")
        self.assertEqual(error["error_message"], "no such luck")
        self.assertIn("in raises", error["error_traceback"])
        self.assertEqual(error["worker_id"], "w")

    def test_returned_error(self):
        self.assertEqual(self.result("error"), {"error": "bad input", "output": {"hint": 1}})

    def test_success_false(self):
        self.assertEqual(self.result("unsuccessful")["error"], "handler reported success: false")

    def test_a_result_that_is_not_json(self):
        body = self.result("returns_set")
        self.assertNotIn("output", body)
        self.assertRegex(body["error"], "^result is not JSON: .*set")

    def test_nan(self):
        body = self.result("returns_nan")
        self.assertNotIn("output", body)
        self.assertRegex(body["error"], "^result is not JSON: ")


class StopTest(WorkerCase):
    def test_idle(self):
        worker = self.start("echo")
        self.agent.takes.get(timeout=fake_agent.HANG_SECONDS)
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(fake_agent.HANG_SECONDS), 0)

    def test_a_running_job_is_finished_and_reported(self):
        worker = self.start("gated")
        self.agent.give("job-1")
        self.assertEqual(self.agent.report().json()["status"], "IN_PROGRESS")
        worker.send_signal(signal.SIGTERM)
        worker.stdin.write(b"finished\n")
        worker.stdin.flush()
        self.assertEqual(self.agent.report().json(), {"output": "finished"})
        self.assertEqual(worker.wait(fake_agent.HANG_SECONDS), 0)


class TestInputTest(unittest.TestCase):
    def run_locally(self, *arguments: str) -> subprocess.CompletedProcess:
        """Runs handlers.py without an agent, in an empty folder."""
        with tempfile.TemporaryDirectory(prefix="furnace-sdk-") as folder:
            return subprocess.run(
                [sys.executable, HANDLERS, *arguments],
                env=environment(),
                cwd=folder,
                capture_output=True,
                timeout=fake_agent.HANG_SECONDS,
            )

    def test_result(self):
        done = self.run_locally("echo", "--test_input", '{"input": 1}')
        self.assertEqual(json.loads(done.stdout), {"output": {"echo": 1}})
        self.assertEqual(done.returncode, 0)

    def test_items_of_a_generator_are_one_list(self):
        done = self.run_locally("count", '--test_input={"input": 2}')
        self.assertEqual(json.loads(done.stdout), {"output": [0, 1]})
        self.assertEqual(done.returncode, 0)

    def test_failure(self):
        done = self.run_locally("raises", "--test_input", '{"input": 1}')
        self.assertIn("no such luck", json.loads(done.stdout)["error"])
        self.assertEqual(done.returncode, 1)

    def test_bad_test_input(self):
        for text in ("{", "[]", "{}"):
            with self.subTest(text):
                done = self.run_locally("echo", "--test_input", text)
                self.assertIn(b"not a JSON object", done.stderr)
                self.assertEqual(done.returncode, 1)

    def test_nothing_to_run(self):
        done = self.run_locally("echo")
        self.assertIn(b"nothing to run", done.stderr)
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
