#!/usr/bin/env python3
"""Streams of chunks: a watcher gets each chunk once and in order, whatever is killed
meanwhile, and late as well as early."""

import os

import case
import furnace
import servers
import suite

CHUNKS = 200
# The victim is killed when the watcher has seen so many.
SEEN_BEFORE = 60


class StreamTest(case.SuiteCase):
    """One endpoint of the counting handler a test; see case.SuiteCase."""

    @classmethod
    def setUpClass(cls):
        # The lease outlives a restart of the scheduler: its end is another test's.
        cls.suite = suite.Suite(os.environ["FURNACE_BIN"], gpus=cls.GPUS,
                                extra={"scheduler": {"FURNACE_LEASE": "60s"}})
        cls.addClassCleanup(cls.suite.close)

    def setUp(self):
        super().setUp()
        self.client = furnace.Client(self.suite.url, self.suite.api_key)
        self.addCleanup(self.client.close)

    def counter(self, name: str, **spec) -> str:
        """An endpoint of the counting handler."""
        return self.endpoint(name, handler_path="count.py", **spec)

    def assert_whole(self, messages: list, first: int = 1, attempt: int = 1):
        """The messages bring all chunks from `first` on, each once."""
        chunks = [chunk for message in messages for chunk in message.get("chunks", [])]
        self.assertEqual([(chunk["sequence"], chunk["output"]) for chunk in chunks],
                         [(n, {"number": n - 1}) for n in range(first, CHUNKS + 1)])
        self.assertEqual({chunk["attempt"] for chunk in chunks}, {attempt})
        self.assertEqual([message["dropped"] for message in messages if "dropped" in message], [])
        job = messages[-1]["job"]
        self.assertEqual(job["status"], "COMPLETED", job)
        self.assertEqual(job["output"], [{"number": n} for n in range(CHUNKS)])
        self.assertEqual((job["progress"], job["progress_sequence"]), (CHUNKS - 1, CHUNKS))

    def watch_and_kill(self, name: str):
        """Follows a job while a service is killed and started again."""
        job_id = self.submit(self.counter(f"kill-{name}"), {"count": CHUNKS})
        messages, killed = [], False
        for message in self.client.watch(job_id, timeout=case.JOB_TIMEOUT_S):
            messages.append(message)
            seen = max((chunk["sequence"] for chunk in message.get("chunks", [])), default=0)
            if seen >= SEEN_BEFORE and not killed:
                self.assertLess(seen, CHUNKS, "too late to be in the middle")
                killed = True
                self.suite.kill(name)
                self.suite.start(name)
        self.assertTrue(killed)
        self.assert_whole(messages)
        self.assertEqual(self.job(job_id)["attempt"], 1)

    def test_a_gateway_that_is_killed_loses_and_repeats_no_chunk(self):
        self.watch_and_kill("gateway")

    def test_a_scheduler_that_is_killed_loses_and_repeats_no_chunk(self):
        self.watch_and_kill("scheduler")

    def test_a_late_watcher_gets_the_whole_stream_and_one_that_resumes_the_rest(self):
        job_id = self.submit(self.counter("late"), {"count": CHUNKS})
        self.complete(job_id)
        self.assert_whole(list(self.client.watch(job_id)))
        # Whether the job is still in the queue or only in history makes no difference.
        servers.wait_until(lambda: self.listed(job_id) == "COMPLETED", "history to have the job")
        self.assert_whole(list(self.client.watch(job_id)))
        self.assert_whole(list(self.client.watch(job_id, after_chunk=150)), first=151)

    def listed(self, job_id: str):
        """The job's status in the list, which history answers."""
        jobs = self.pages("/v1/jobs", "jobs", endpoint_id=self.job(job_id)["endpoint_id"])
        return next((job["status"] for job in jobs if job["id"] == job_id), None)

    def test_a_retry_goes_on_in_the_same_sequence_under_its_own_attempt(self):
        endpoint = self.counter("retry", max_retries=1)
        job_id = self.submit(endpoint, {"count": 5, "fail_at": 3, "path": str(self.folder / "failed")})
        chunks = [(chunk["sequence"], chunk["attempt"], chunk["output"]["number"])
                  for message in self.client.watch(job_id, timeout=case.JOB_TIMEOUT_S)
                  for chunk in message.get("chunks", [])]
        self.assertEqual(chunks, [(1, 1, 0), (2, 1, 1), (3, 1, 2),
                                  (4, 2, 0), (5, 2, 1), (6, 2, 2), (7, 2, 3), (8, 2, 4)])


case.main()
