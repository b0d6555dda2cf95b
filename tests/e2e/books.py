"""The ledger's view of jobs whose workers or services were killed, and processes to kill."""

import collections
import pathlib
import shutil
import tempfile

import case
import servers


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


def attempt_of(epoch: int) -> int:
    """The attempt that a record is of, whole or a part."""
    return epoch % 1_000_000


class Books:
    """The ledger of one project, by job and attempt."""

    def __init__(self, entries: list):
        self.attempts = collections.defaultdict(lambda: collections.defaultdict(list))
        for entry in entries:
            self.attempts[entry["job_id"]][attempt_of(entry["epoch"])].append(entry)

    def billed(self, job_id: str) -> list:
        """The attempts of a job that the platform did not lose, each as its entries."""
        return [entries for entries in self.attempts[job_id].values() if of_kind(entries, "INVOCATION")]


def of_kind(entries: list, *kinds: str) -> list:
    """Those of the entries that record this."""
    return [entry for entry in entries if entry["kind"] in kinds]


class BooksCase(case.SuiteCase):
    """Tests that end with a look into the ledger."""

    def check_books(self, jobs: list):
        """The ledger has the jobs' GPU time once, to the microsecond: charged, or covered by a lifetime."""
        books = self.await_books(jobs)
        for job in jobs:
            billed = books.billed(job["id"])
            # An attempt that the handler failed is the tenant's; what the platform lost is not.
            self.assertEqual(len(billed), 1 + job["retry_count"], (job, books.attempts[job["id"]]))
            for entries in billed:
                self.assertEqual(len(of_kind(entries, "INVOCATION")), 1, entries)
                self.assertGreaterEqual(len(of_kind(entries, "GPU_TIME", "COVERED")), 1, entries)
            charged = sum(entry["gpu_time_us"] for entries in billed
                          for entry in of_kind(entries, "GPU_TIME", "COVERED"))
            self.assertEqual(charged, job["gpu_time_us"], (job, billed))
            self.check_credits(books.attempts[job["id"]], job)
        usage = self.call("GET", f"/v1/usage?endpoint_id={jobs[0]['endpoint_id']}")["total"]
        covered = sum(entry["gpu_time_us"] for job in jobs for entries in books.attempts[job["id"]].values()
                      for entry in of_kind(entries, "COVERED"))
        self.assertEqual(usage["covered_gpu_time_us"], covered)
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
            ends = (books.attempts[job["id"]][job["attempt"]] for job in jobs)
            return books if all(of_kind(entries, "INVOCATION", "CREDIT") for entries in ends) else None
        return servers.wait_until(complete, "the ledger to have every job", case.JOB_TIMEOUT_S)

    def worker_pids(self, endpoint: str) -> list:
        """Pids of the endpoint's agents."""
        names = {worker["id"] for worker in self.workers(endpoint)}
        pids = []
        for pid in self.suite.worker_pids():
            environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if any(f"FURNACE_WORKER_ID={name}".encode() in environment for name in names):
                pids.append(pid)
        return pids


class ArchivedCase(BooksCase):
    """Of a suite with an archive, that bills what runs by the second."""

    ARCHIVE = pathlib.Path(tempfile.mkdtemp(prefix="furnace-archive-"))
    EXTRA = {"metering": {"FURNACE_ARCHIVE_FOLDER": str(ARCHIVE)}, "scheduler": {"FURNACE_USAGE_SLICE": "1s"}}

    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(shutil.rmtree, cls.ARCHIVE)
        super().setUpClass()
