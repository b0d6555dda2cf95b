"""Every process of the suite is killed while jobs run: each acknowledged job is
completed exactly once, and billed exactly once.

What is counted comes from the API: states and outputs from the jobs, money from the
ledger.
"""

import os
import signal
import threading

import books
import case
import servers
import suite

JOBS = 100
# So many are done when the victim is killed, so that the others wait or run.
DONE_BEFORE = 30
WORKERS = 4


def order_of(number: int) -> dict:
    """The input of a job: it sleeps for 0.05 to 0.2 s."""
    return {"op": "sleep", "seconds": 0.05 + number % 4 * 0.05, "number": number}


class KillTest(books.BooksCase):
    def submit_all(self, endpoint: str) -> list:
        """Queues the jobs, 10 in a batch; returns their ids in order."""
        ids = []
        for first in range(0, JOBS, 10):
            ids += self.call("POST", f"/v1/endpoints/{endpoint}/batch", {
                "jobs": [{"input": order_of(number)} for number in range(first, first + 10)]})["job_ids"]
        return ids

    def crowd(self, name: str, **spec) -> str:
        """An endpoint whose workers are there."""
        endpoint = self.endpoint(name, min_workers=WORKERS, max_workers=WORKERS, **spec)
        self.await_workers(endpoint, WORKERS)
        return endpoint

    def await_done(self, job_id: str):
        """Waits for one job, through whatever outage there is."""
        def done():
            try:
                return self.suite.request("GET", f"/v1/jobs/{job_id}")[1].get("status") in case.FINAL
            except OSError:
                return False
        servers.wait_until(done, f"job {job_id} to end", case.JOB_TIMEOUT_S)

    def check(self, ids: list, retries_allowed: bool = False):
        """Every job is completed and billed once."""
        for job_id in ids:
            self.await_done(job_id)
        jobs = [self.job(job_id) for job_id in ids]
        for number, job in enumerate(jobs):
            self.assertEqual(job["status"], "COMPLETED", job)
            self.assertEqual(job["output"]["echo"], order_of(number))
            if not retries_allowed:
                self.assertEqual(job["retry_count"], 0, job)
        self.check_books(jobs)

    def run_over(self, name: str, kill, *, retries_allowed: bool = False, **spec):
        """Queues jobs, calls `kill(endpoint)` when some are done, and checks them all."""
        endpoint = self.crowd(name, **spec)
        ids = self.submit_all(endpoint)
        for job_id in ids[:DONE_BEFORE]:
            self.await_done(job_id)
        self.assertNotIn(self.job(ids[-1])["status"], case.FINAL, "too late to matter")
        kill(endpoint)
        self.check(ids, retries_allowed)

    def restart(self, service: str):
        """kill -9, and up again."""
        self.suite.kill(service)
        self.suite.start(service)

    def test_the_scheduler(self):
        self.run_over("scheduler", lambda _: self.restart("scheduler"))

    def test_the_metering(self):
        self.run_over("metering", lambda _: self.restart("metering"))

    def test_the_registry(self):
        self.run_over("registry", lambda _: self.restart("registry"))

    def test_redis(self):
        def kill(_):
            self.suite.redis.kill()
            self.suite.redis.start()
        self.run_over("redis", kill)

    def test_postgres(self):
        def kill(_):
            self.kill_postgres()
            self.suite.postgres.start()
        self.run_over("postgres", kill)

    def kill_postgres(self):
        """kill -9 of all of it: it does not start while a part is left."""
        backends = books.children(self.suite.postgres.process.pid)
        self.suite.postgres.kill()
        servers.wait_until(lambda: not any(map(books.is_running, backends)), "the backends to end")

    def test_everything_at_once(self):
        def kill(endpoint):
            self.kill_workers(endpoint)
            for name in suite.SERVICES:
                self.suite.kill(name)
            self.suite.redis.kill()
            self.kill_postgres()
            self.suite.redis.start()
            self.suite.postgres.start()
            for name in suite.SERVICES:
                self.suite.start(name)
        self.run_over("everything", kill)

    def test_redis_and_the_scheduler_together_while_workers_bring_results(self):
        def kill(_):
            self.suite.redis.kill()
            self.suite.kill("scheduler")
            self.suite.redis.start()
            self.suite.start("scheduler")
        self.run_over("both", kill)

    def test_all_workers(self):
        def kill(endpoint):
            handlers = self.kill_workers(endpoint)
            servers.wait_until(lambda: not any(map(books.is_running, handlers)), "the orphaned handlers to end")
        self.run_over("workers", kill)

    def kill_workers(self, endpoint: str) -> list:
        """kill -9 of the endpoint's agents; returns the pids of their handlers."""
        pids = self.worker_pids(endpoint)
        self.assertEqual(len(pids), WORKERS)
        handlers = [child for pid in pids for child in books.children(pid)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return handlers

    def test_all_handlers(self):
        def kill(endpoint):
            handlers = [child for pid in self.worker_pids(endpoint) for child in books.children(pid)]
            self.assertEqual(len(handlers), WORKERS)
            for pid in handlers:
                os.kill(pid, signal.SIGKILL)
        self.run_over("handlers", kill, retries_allowed=True, max_retries=3)

    def test_the_gateway(self):
        endpoint = self.crowd("gateway")
        acknowledged, stop = {}, threading.Event()
        client = threading.Thread(target=self._submit_steadily, args=(endpoint, acknowledged, stop))
        client.start()
        try:
            servers.wait_until(lambda: len(acknowledged) >= DONE_BEFORE, "jobs to be acknowledged")
            self.restart("gateway")
            servers.wait_until(lambda: len(acknowledged) >= JOBS, "more jobs to be acknowledged")
        finally:
            stop.set()
            client.join()
        numbers = sorted(acknowledged)
        for number in numbers:
            self.await_done(acknowledged[number])
        jobs = [self.job(acknowledged[number]) for number in numbers]
        for number, job in zip(numbers, jobs):
            self.assertEqual((job["status"], job["output"]["echo"]), ("COMPLETED", order_of(number)))
        # A job whose answer got lost is a job all the same.
        listed = [self.finish(job["id"]) for job in self.pages("/v1/jobs", "jobs", endpoint_id=endpoint)]
        self.assertLessEqual(set(acknowledged.values()), {job["id"] for job in listed})
        self.check_books(listed)

    def _submit_steadily(self, endpoint: str, acknowledged: dict, stop: threading.Event):
        number = 0
        while not stop.is_set():
            try:
                status, answer = self.suite.request(
                    "POST", f"/v1/endpoints/{endpoint}/run", {"input": order_of(number)}, timeout=10)
                if status == 200:
                    acknowledged[number] = answer["id"]
            except (OSError, ValueError):
                pass
            number += 1


class StopTest(case.SuiteCase):
    def test_a_suite_that_stops_leaves_no_process(self):
        endpoint = self.call("POST", "/v1/endpoints", {
            "name": "stopped", "image_uri": f"file://{case.HANDLERS}", "handler_path": "echo.py",
            "min_workers": 2, "max_workers": 2})["id"]
        self.await_workers(endpoint, 2)
        self.await_status(self.submit(endpoint, {"op": "hang"}), "IN_PROGRESS")
        agents = self.suite.worker_pids()
        handlers = [child for pid in agents for child in books.children(pid)]
        self.assertEqual((len(agents), len(handlers)), (2, 2))
        for name in reversed(suite.SERVICES):
            self.suite.stop(name)
            self.assertEqual(self.suite.processes[name].returncode, 0, self.suite.log(name)[-2000:])
        self.assertEqual([pid for pid in agents + handlers if books.is_running(pid)], [])


if __name__ == "__main__":
    case.main()
