#!/usr/bin/env python3
"""Agents, handlers, gateway and scheduler are killed while jobs of RunPod's worker protocol
stream and while they bring their results: no result is lost, none comes twice, watchers see
streams without gaps, and each job is billed once."""

import os
import signal
import threading

import books
import case
import furnace
import servers

# Run at a time, one in each worker.
JOBS = 20
CHUNKS = 60
# Every watcher has seen so many when the victim is killed.
SEEN_BEFORE = 15
# A result is on its way soon after these.
FEW_CHUNKS = 5
# Between the results of two jobs.
STAGGER_S = 0.02


class Watcher(threading.Thread):
    """Follows a job to its end, over as many connections as it takes."""

    def __init__(self, client: furnace.Client, job_id: str):
        super().__init__(daemon=True)
        self.client = client
        self.job_id = job_id
        self.messages = []
        self.chunks = []
        self.error = None
        self.start()

    def run(self):
        """The thread."""
        try:
            for message in self.client.watch(self.job_id, timeout=2 * case.JOB_TIMEOUT_S):
                self.messages.append(message)
                self.chunks += message.get("chunks", [])
        except Exception as error:
            self.error = error

    @property
    def is_final(self) -> bool:
        """Whether the job's end has been seen."""
        return bool(self.messages) and self.messages[-1]["job"]["status"] in case.FINAL


class RunpodKillTest(books.BooksCase):
    """A crowd of workers for each test; see books.BooksCase."""

    def start_jobs(self, name: str, order: dict) -> tuple:
        """JOBS jobs, all of them followed: (endpoint, watchers). They end one after another."""
        endpoint = self.endpoint(name, handler_path="runpod_stream.py", min_workers=JOBS, max_workers=JOBS,
                                 max_retries=3)
        self.await_workers(endpoint, JOBS)
        client = furnace.Client(self.suite.url, self.suite.api_key)
        self.addCleanup(client.close)
        ids = self.call("POST", f"/v1/endpoints/{endpoint}/batch", {
            "jobs": [{"input": {**order, "delay": STAGGER_S * number}} for number in range(JOBS)]})["job_ids"]
        return endpoint, [Watcher(client, job_id) for job_id in ids]

    def kill_while_streaming(self, victim: str):
        """Kills it when every job is in the middle of its stream."""
        endpoint, watchers = self.start_jobs(f"stream-{victim}", {"count": CHUNKS, "pause": 0.05})
        servers.wait_until(lambda: all(len(watcher.chunks) >= SEEN_BEFORE for watcher in watchers),
                           "all jobs to stream", case.JOB_TIMEOUT_S)
        self.assertFalse(any(watcher.is_final for watcher in watchers), "too late to be in the middle")
        self.kill(victim, endpoint)
        self.check(watchers, CHUNKS)

    def kill_while_results_arrive(self, victim: str):
        """Kills it when the first of many results is there."""
        gate = self.folder / "gate"
        endpoint, watchers = self.start_jobs(f"result-{victim}", {"count": FEW_CHUNKS, "gate": str(gate)})
        servers.wait_until(lambda: all(len(watcher.chunks) >= FEW_CHUNKS for watcher in watchers),
                           "all jobs to wait at the gate", case.JOB_TIMEOUT_S)
        gate.touch()
        servers.wait_until(lambda: any(watcher.is_final for watcher in watchers), "a result", case.JOB_TIMEOUT_S)
        self.assertFalse(all(watcher.is_final for watcher in watchers), "too late to matter")
        self.kill(victim, endpoint)
        self.check(watchers, FEW_CHUNKS)

    def kill(self, victim: str, endpoint: str):
        """kill -9 of a service, which is started again, or of every other agent or handler."""
        if victim in ("gateway", "scheduler"):
            self.suite.kill(victim)
            self.suite.start(victim)
            servers.wait_until(lambda: self.suite.request("GET", "/v1/jobs?page_size=1")[0] == 200,
                               "the gateway to reach the scheduler")
            return
        pids = self.worker_pids(endpoint)[::2]
        if victim == "handlers":
            pids = [child for pid in pids for child in books.children(pid)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def check(self, watchers: list, count: int):
        """Every stream is whole, every job is completed and billed once."""
        for watcher in watchers:
            watcher.join(2 * case.JOB_TIMEOUT_S)
            self.assertIsNone(watcher.error)
            self.assert_whole(watcher, count)
        jobs = [self.job(watcher.job_id) for watcher in watchers]
        for job in jobs:
            self.assertEqual((job["status"], job["output"]),
                             ("COMPLETED", [{"number": number} for number in range(count)]), job)
        self.check_books(jobs)

    def assert_whole(self, watcher: Watcher, count: int):
        """Each chunk was seen once, and those of an attempt are what it has yielded: all of
        the last, the first ones of those that ended before their time."""
        self.assertEqual([message["dropped"] for message in watcher.messages if "dropped" in message], [])
        self.assertEqual([chunk["sequence"] for chunk in watcher.chunks], list(range(1, len(watcher.chunks) + 1)))
        attempts = {}
        for chunk in watcher.chunks:
            attempts.setdefault(chunk["attempt"], []).append(chunk["output"]["number"])
        for numbers in attempts.values():
            self.assertEqual(numbers, list(range(len(numbers))))
        self.assertEqual(sorted(attempts), list(attempts), "attempts come one after another")
        last = watcher.messages[-1]["job"]["attempt"]
        self.assertEqual(len(attempts[last]), count, attempts)

    def test_agents_in_the_middle_of_streams(self):
        self.kill_while_streaming("agents")

    def test_handlers_in_the_middle_of_streams(self):
        self.kill_while_streaming("handlers")

    def test_the_gateway_in_the_middle_of_streams(self):
        self.kill_while_streaming("gateway")

    def test_the_scheduler_in_the_middle_of_streams(self):
        self.kill_while_streaming("scheduler")

    def test_agents_while_results_arrive(self):
        self.kill_while_results_arrive("agents")

    def test_handlers_while_results_arrive(self):
        self.kill_while_results_arrive("handlers")

    def test_the_gateway_while_results_arrive(self):
        self.kill_while_results_arrive("gateway")

    def test_the_scheduler_while_results_arrive(self):
        self.kill_while_results_arrive("scheduler")


case.main()
