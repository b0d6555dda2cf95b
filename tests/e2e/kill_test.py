"""Every process of the suite is killed while jobs run: each acknowledged job is
completed exactly once, and billed exactly once.

What is counted comes from the API: states and outputs from the jobs, money from the
ledger.
"""

import collections
import os
import pathlib
import signal
import threading

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


def children(pid: int) -> list:
    """Pids of a process's children, whichever of its threads started them."""
    return [int(child) for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/children")
            for child in thread.read_text().split()]


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Books:
    """The ledger of one project, by job and attempt."""

    def __init__(self, entries: list):
        self.attempts = collections.defaultdict(lambda: collections.defaultdict(list))
        for entry in entries:
            self.attempts[entry["job_id"]][entry["epoch"]].append(entry)

    def billed(self, job_id: str) -> list:
        """The attempts of a job that were charged and not credited, each as its entries."""
        return [entries for entries in self.attempts[job_id].values()
                if not any(entry["kind"] == "CREDIT" for entry in entries)]


def of_kind(entries: list, kind: str) -> list:
    """Those of the entries that record this."""
    return [entry for entry in entries if entry["kind"] == kind]


class KillTest(case.SuiteCase):
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

    def check_books(self, jobs: list):
        """The ledger charges the jobs' GPU time once, to the microsecond."""
        books = self.await_books(jobs)
        for job in jobs:
            billed = books.billed(job["id"])
            # An attempt that the handler failed is the tenant's; what the platform lost is not.
            self.assertEqual(len(billed), 1 + job["retry_count"], (job, books.attempts[job["id"]]))
            for entries in billed:
                self.assertEqual(len(of_kind(entries, "INVOCATION")), 1, entries)
                self.assertGreaterEqual(len(of_kind(entries, "GPU_TIME")), 1, entries)
            charged = sum(entry["gpu_time_us"] for entries in billed for entry in of_kind(entries, "GPU_TIME"))
            self.assertEqual(charged, job["gpu_time_us"], (job, billed))
            self.check_credits(books.attempts[job["id"]], job)
        usage = self.call("GET", f"/v1/usage?endpoint_id={jobs[0]['endpoint_id']}")["total"]
        self.assertEqual(usage["gpu_time_us"], sum(job["gpu_time_us"] for job in jobs))
        self.assertEqual(usage["invocations"], sum(1 + job["retry_count"] for job in jobs))

    def check_credits(self, attempts: dict, job: dict):
        """What the platform lost was charged and taken back, and is no invocation."""
        for epoch, entries in attempts.items():
            self.assertLessEqual(epoch, job["attempt"])
            credits = of_kind(entries, "CREDIT")
            if credits:
                self.assertEqual(sum(entry["amount_nanos"] for entry in entries), 0, entries)
                self.assertEqual(of_kind(entries, "INVOCATION"), [])

    def await_books(self, jobs: list) -> Books:
        """Polls until the ledger has the last attempt of every job."""
        def complete():
            books = Books(self.pages("/v1/ledger", "entries", page_size=1000))
            return books if all(job["attempt"] in books.attempts[job["id"]] for job in jobs) else None
        return servers.wait_until(complete, "the ledger to have every job", case.JOB_TIMEOUT_S)

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
        backends = children(self.suite.postgres.process.pid)
        self.suite.postgres.kill()
        servers.wait_until(lambda: not any(map(is_running, backends)), "the backends to end")

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
            servers.wait_until(lambda: not any(map(is_running, handlers)), "the orphaned handlers to end")
        self.run_over("workers", kill)

    def kill_workers(self, endpoint: str) -> list:
        """kill -9 of the endpoint's agents; returns the pids of their handlers."""
        pids = self.worker_pids(endpoint)
        self.assertEqual(len(pids), WORKERS)
        handlers = [child for pid in pids for child in children(pid)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return handlers

    def test_all_handlers(self):
        def kill(endpoint):
            handlers = [child for pid in self.worker_pids(endpoint) for child in children(pid)]
            self.assertEqual(len(handlers), WORKERS)
            for pid in handlers:
                os.kill(pid, signal.SIGKILL)
        self.run_over("handlers", kill, retries_allowed=True, max_retries=3)

    def worker_pids(self, endpoint: str) -> list:
        """Pids of the endpoint's agents."""
        names = {worker["id"] for worker in self.workers(endpoint)}
        pids = []
        for pid in self.suite.worker_pids():
            environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if any(f"FURNACE_WORKER_ID={name}".encode() in environment for name in names):
                pids.append(pid)
        return pids

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
        handlers = [child for pid in agents for child in children(pid)]
        self.assertEqual((len(agents), len(handlers)), (2, 2))
        for name in reversed(suite.SERVICES):
            self.suite.stop(name)
            self.assertEqual(self.suite.processes[name].returncode, 0, self.suite.log(name)[-2000:])
        self.assertEqual([pid for pid in agents + handlers if is_running(pid)], [])


if __name__ == "__main__":
    case.main()
