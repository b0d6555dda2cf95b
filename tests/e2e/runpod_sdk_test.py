#!/usr/bin/env python3
"""RunPod's JavaScript client (npm runpod-sdk), unmodified but for its base URL."""

import json
import pathlib
import subprocess

import case

NPM = pathlib.Path(__file__).resolve().parents[1] / "npm"
CHUNKS = 20


class RunpodSdkTest(case.SuiteCase):
    """Each method of the client's endpoint; see case.SuiteCase."""

    @classmethod
    def setUpClass(cls):
        if not (NPM / "node_modules" / "runpod-sdk").exists():
            raise FileNotFoundError("runpod-sdk is not installed: run `make deps`")
        super().setUpClass()

    def node(self, endpoint: str, method: str, *arguments, key=None):
        """What a method of the client gives."""
        done = subprocess.run(
            ["node", str(NPM / "call.mjs"), f"{self.suite.url}/v2", key or self.suite.api_key, endpoint,
             method, *map(json.dumps, arguments)],
            capture_output=True, text=True, timeout=case.JOB_TIMEOUT_S)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def test_run_and_status(self):
        self.endpoint("sdk-run")
        queued = self.node("sdk-run", "run", {"input": {"a": "é"}, "policy": {"executionTimeout": 20_000}})
        self.assertEqual(queued["status"], "IN_QUEUE")
        self.complete(queued["id"])
        done = self.node("sdk-run", "status", queued["id"])
        self.assertEqual(done["output"]["echo"], {"a": "é"})
        self.assertTrue(done["started"] and done["completed"] and done["succeeded"], done)
        self.assertIsInstance(done["delayTime"], int)
        self.assertIsInstance(done["executionTime"], int)

    def test_run_sync_of_a_job_that_is_done_in_time(self):
        endpoint = self.endpoint("sdk-sync")
        done = self.node(endpoint, "runSync", {"input": {"n": 1}})
        self.assertEqual(done["output"]["echo"], {"n": 1})
        self.assertTrue(done["succeeded"], done)

    def test_run_sync_goes_on_waiting_by_status_sync(self):
        endpoint = self.endpoint("sdk-wait")
        done = self.node(endpoint, "runSync", {"input": {"op": "sleep", "seconds": 2}}, 1_000)
        # Its patience of a second is over when the first answer comes: it asks once more.
        self.assertEqual(done["started"], True, done)
        final = self.node(endpoint, "statusSync", done["id"], 30_000)
        self.assertEqual(final["status"], "COMPLETED", final)

    def test_stream(self):
        endpoint = self.endpoint("sdk-stream", handler_path="count.py")
        job = self.node(endpoint, "run", {"input": {"count": CHUNKS}})["id"]
        items = self.node(endpoint, "stream", job)
        self.assertEqual([item["output"]["number"] for item in items], list(range(CHUNKS)))

    def test_a_stream_that_fails_says_so_and_ends(self):
        endpoint = self.endpoint("sdk-broken-stream", handler_path="count.py", max_retries=0)
        job = self.node(endpoint, "run",
                        {"input": {"count": 3, "fail_at": 2, "path": str(self.folder / "failed")}})["id"]
        items = self.node(endpoint, "stream", job)
        self.assertEqual([item["output"].get("number") for item in items[:2]], [0, 1])
        self.assertIn("told to", items[2]["output"]["error"])
        self.assertEqual(len(items), 3)

    def test_cancel(self):
        endpoint = self.endpoint("sdk-cancel")
        with self.gate(endpoint):
            job = self.node(endpoint, "run", {"input": 1})["id"]
            self.assertEqual(self.node(endpoint, "cancel", job)["status"], "CANCELLED")
            self.assertEqual(self.node(endpoint, "status", job)["completed"], True)

    def test_purge_queue_and_health(self):
        endpoint = self.endpoint("sdk-purge")
        with self.gate(endpoint):
            for _ in range(3):
                self.submit(endpoint, 1)
            health = self.node(endpoint, "health")
            self.assertEqual((health["jobs"]["inQueue"], health["jobs"]["inProgress"]), (3, 1), health)
            self.assertEqual(health["workers"]["running"], 1, health)
            self.assertEqual(self.node(endpoint, "purgeQueue"), {"removed": 3, "status": "completed"})
            self.assertEqual(self.node(endpoint, "health")["jobs"]["inQueue"], 0)


case.main()
