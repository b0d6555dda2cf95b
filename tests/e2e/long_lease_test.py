"""An attempt that runs over an hour is billed by the hour while it runs, and once. An hour is a second here."""

import json
import os
import signal

import books
import case
import servers

PARTS = 2  # So many are to be billed before something is killed.


class LongLeaseTest(books.ArchivedCase):
    def entries(self, job_id: str) -> list:
        """Lines of the ledger."""
        return self.pages("/v1/ledger", "entries", job_id=job_id, page_size=1000)

    def await_parts(self, job_id: str, count: int) -> list:
        """Polls until so many parts of a job that runs are billed."""
        def billed():
            entries = self.entries(job_id)
            return entries if len({entry["epoch"] for entry in entries}) >= count else None
        return servers.wait_until(billed, f"{count} parts of {job_id}")

    def start_gated(self, endpoint: str, name: str) -> tuple:
        """A job that runs until its gate is there: its id and the gate."""
        gate = self.folder / name
        return self.submit(endpoint, {"op": "gate", "path": str(gate)}), gate

    def sent(self, job_id: str) -> list:
        """What the archive has of a job."""
        events = [json.loads(line) for file in sorted(self.ARCHIVE.glob("*.ndjson"))
                  for line in file.read_text().splitlines()]
        return [event for event in events if event["metadata"].get("job_id") == job_id]

    def check_sent(self, job: dict):
        """The archive has all time of the job's attempts, under keys of one lease each."""
        def ended():
            events = self.sent(job["id"])
            return events if [event for event in events if event["type"] == "serverless.end"
                              and event["metadata"]["epoch"] == str(job["attempt"])] else None
        events = servers.wait_until(ended, "the archive to have the end")
        self.assertEqual(len({event["key"] for event in events}), len(events))
        time = sum(int(event["metadata"]["gpu_milli_us"]) for event in events
                   if event["type"] == "gpu.usage" and event["metadata"]["credited"] == "false")
        self.assertEqual(time, job["gpu_time_us"] * 1_000)
        for kind in ("serverless.start", "serverless.end", "gpu.allocated", "gpu.released"):
            self.assertEqual(len([event for event in events if event["type"] == kind]), job["attempt"], kind)

    def check_ledger(self):
        """The audit makes the same of the records."""
        audit = self.call("GET", "/v1/ledger/audit")
        self.assertTrue(audit["complete"])
        self.assertEqual(audit.get("differences", []), [])

    def test_hours_are_billed_while_the_attempt_runs_and_the_end_has_the_rest(self):
        job_id, gate = self.start_gated(self.endpoint("long", timeout_seconds=300), "gate")
        running = self.await_parts(job_id, PARTS)
        self.assertEqual({entry["kind"] for entry in running}, {"GPU_TIME"})
        self.assertEqual(self.job(job_id)["status"], "IN_PROGRESS")
        gate.touch()
        job = self.complete(job_id)
        self.check_books([job])
        entries = self.entries(job_id)
        spans = sorted((entry["start_time"], entry["end_time"]) for entry in books.of_kind(entries, "GPU_TIME"))
        self.assertEqual((spans[0][0], spans[-1][1]), (job["started_at"], job["completed_at"]))
        self.assertEqual([end for _, end in spans[:-1]], [start for start, _ in spans[1:]])
        attempts = self.job(job_id)["attempts"]
        self.assertEqual([attempt["billed_gpu_time_us"] for attempt in attempts], [job["gpu_time_us"]])
        receipts = self.call("GET", f"/v1/receipts/{job_id}")["receipts"]
        self.assertEqual(len(receipts), len({entry["epoch"] for entry in entries}))
        self.check_sent(job)
        self.check_ledger()

    def test_parts_of_an_attempt_that_the_platform_loses_are_taken_back(self):
        endpoint = self.endpoint("lost", timeout_seconds=300)
        job_id, gate = self.start_gated(endpoint, "gate")
        self.await_parts(job_id, PARTS)
        for pid in self.suite.worker_pids():
            os.kill(pid, signal.SIGKILL)
        servers.wait_until(lambda: self.job(job_id)["attempt"] == 2, "the next attempt")
        gate.touch()
        job = self.complete(job_id)
        self.check_books([job])
        lost = [entry for entry in self.entries(job_id) if books.attempt_of(entry["epoch"]) == 1]
        charged = sum(entry["gpu_time_us"] for entry in books.of_kind(lost, "GPU_TIME"))
        self.assertEqual(sum(entry["gpu_time_us"] for entry in books.of_kind(lost, "CREDIT")), charged)
        self.assertEqual(sum(entry["amount_nanos"] for entry in lost), 0)
        usage = self.call("GET", f"/v1/usage?job_id={job_id}")["total"]
        self.assertEqual((usage["gpu_time_us"], usage["credited_gpu_time_us"], usage["invocations"]),
                         (job["gpu_time_us"], charged, 1))
        self.check_sent(job)
        self.check_ledger()

    def test_a_scheduler_that_is_killed_bills_no_hour_twice(self):
        job_id, gate = self.start_gated(self.endpoint("killed", timeout_seconds=300), "gate")
        self.await_parts(job_id, PARTS)
        self.suite.kill("scheduler")
        self.start_again("scheduler")
        self.await_parts(job_id, 2 * PARTS)
        gate.touch()
        job = self.complete(job_id)
        self.assertEqual(job["attempt"], 1)
        self.check_books([job])
        self.check_sent(job)
        self.check_ledger()


if __name__ == "__main__":
    case.main()
