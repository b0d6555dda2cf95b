#!/usr/bin/python3
"""`furnace dev` with the real services, used through the command line.

usage: suite_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import os
import signal
import subprocess
import unittest

from dev_harness import Dev, furnace_binary, processes_of, wait_until

HANDLER = """
import time
import furnace

def handler(event):
    print("got", event["input"])
    time.sleep(event["input"].get("sleep", 0))
    if "fail" in event["input"]:
        raise ValueError(event["input"]["fail"])
    return {"echo": event["input"]}

furnace.serverless.start({"handler": handler})
"""
SERVICES = ("gateway", "scheduler", "metering", "registry", "redis", "postgres")


class Suite:
    """A running suite with the endpoint `echo`."""

    def __init__(self):
        self.dev = Dev(FURNACE, fake=False)
        self.image = self.dev.folder / "image"
        self.image.mkdir()
        (self.image / "handler.py").write_text(HANDLER)
        # Commands run in the folder of .furnace/dev, so they need neither URL nor key.
        (self.dev.folder / ".furnace").mkdir()
        os.symlink(self.dev.data, self.dev.folder / ".furnace" / "dev")

    def start(self) -> dict:
        """Starts it, waits until it is ready, and returns the ready file."""
        self.dev.start("--images", str(self.image), "--gpus", "rtx4000=2:20480:simulated")
        return self.dev.ready()

    def create_endpoint(self):
        """Declares `echo`."""
        created = self.furnace("endpoint", "create", "--name", "echo", "--image",
                               f"file://{self.image}", "--idle-timeout", "60")
        assert created.returncode == 0, created.stderr

    def furnace(self, *arguments):
        """Runs `furnace` against the suite and returns the finished process."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("FURNACE_")}
        return subprocess.run([FURNACE, *arguments], env=environment, cwd=self.dev.folder,
                              capture_output=True, text=True, timeout=120)

    def stop(self):
        """Stops it and checks that nothing is left."""
        assert self.dev.stop() == 0, self.dev.text()
        left = processes_of(self.dev.folder)
        assert not left, left


class KilledSuiteTest(unittest.TestCase):
    """Everything is killed at once, workers excepted."""

    def test_the_next_start_ends_the_workers_and_runs_the_job(self):
        suite = Suite()
        self.addCleanup(suite.dev.clean_up)
        pids = suite.start()["pids"]
        suite.create_endpoint()
        job = json.loads(suite.furnace("run", "echo", "--input", '{"sleep": 5}', "--no-wait",
                                       "--json").stdout)
        wait_until(lambda: "RUNNING" in suite.furnace("worker", "list").stdout, "the job to run")
        for pid in [suite.dev.process.pid, *pids.values()]:
            os.kill(pid, signal.SIGKILL)
        suite.dev.wait()
        self.assertIn("furnace-worker", str(processes_of(suite.dev.data)))
        suite.dev.ready_file.unlink()
        suite.start()
        self.assertIn("an earlier run left behind", suite.dev.text())
        watched = suite.furnace("job", "watch", job["id"])
        self.assertEqual(0, watched.returncode, watched.stdout + watched.stderr)
        suite.stop()


class SuiteTest(unittest.TestCase):
    """A suite that all tests share."""

    @classmethod
    def setUpClass(cls):
        cls.suite = Suite()
        cls.dev = cls.suite.dev
        cls.furnace = staticmethod(cls.suite.furnace)
        cls.addClassCleanup(cls.dev.clean_up)
        cls.suite.start()
        cls.suite.create_endpoint()

    @classmethod
    def tearDownClass(cls):
        cls.suite.stop()

    def json_of(self, *arguments):
        """What `furnace ... --json` prints."""
        done = self.furnace(*arguments, "--json")
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def test_a_job_runs_and_is_billed(self):
        job = self.json_of("run", "echo", "--input", '{"n": 1}')
        self.assertEqual({"echo": {"n": 1}}, job["output"])

        def billed():
            total = self.json_of("usage", "--job", job["id"])["total"]
            return total if total.get("invocations", 0) == 1 else None
        bill = wait_until(billed, "the bill")
        self.assertEqual(job["gpu_time_us"], bill["gpu_time_us"])
        self.assertGreater(bill["cost_nanos"], 0)
        self.assertIn("$0.0001", self.furnace("usage", "--job", job["id"]).stdout)

    def test_a_handler_that_fails_exits_1(self):
        done = self.furnace("run", "echo", "--input", '{"fail": "no picture"}')
        self.assertEqual(1, done.returncode)
        self.assertIn("no picture", done.stderr)

    def test_lists_show_what_is_there(self):
        job = self.json_of("run", "echo", "--input", "{}")
        self.assertIn(job["id"], self.furnace("job", "get", job["id"]).stdout)
        self.assertIn("rtx4000", self.furnace("gpu", "list").stdout)
        self.assertIn("rtx4000", self.furnace("worker", "list").stdout)
        self.assertIn("default", self.furnace("project", "list").stdout)
        wait_until(lambda: job["id"] in self.furnace("job", "list").stdout, "the job to be listed")

    def test_a_queued_job_can_be_cancelled(self):
        job = self.json_of("run", "echo", "--input", '{"sleep": 60}', "--no-wait")
        self.furnace("job", "cancel", job["id"])
        watched = self.furnace("job", "watch", job["id"])
        self.assertEqual(1, watched.returncode)
        self.assertIn("CANCELLED", watched.stdout)

    def test_a_key_works_until_it_is_revoked(self):
        key = self.json_of("key", "create", "--name", "ci", "--role", "VIEWER")
        self.assertEqual(0, self.furnace("gpu", "list", "--api-key", key["secret"]).returncode)
        refused = self.furnace("run", "echo", "--input", "{}", "--api-key", key["secret"])
        self.assertEqual(3, refused.returncode)
        self.assertEqual(0, self.furnace("key", "revoke", key["key"]["id"]).returncode)

    def test_killing_any_service_heals(self):
        for service in SERVICES:
            with self.subTest(service=service):
                pid = self.dev.ready()["pids"][service]
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda: self.dev.ready()["pids"][service] not in (pid, -1), "it to be back")
                wait_until(lambda: self.furnace("gpu", "list").returncode == 0, "the gateway")
                done = self.furnace("run", "echo", "--input", '{"after": "kill"}')
                self.assertEqual(0, done.returncode, done.stderr)


if __name__ == "__main__":
    FURNACE = furnace_binary()
    unittest.main(verbosity=2)
