"""Usage on its way to Waybill and an archive while both ends are killed: every event is
there once, and the sums are those of the books, to the microsecond and the nano-dollar.

FURNACE_TEST_SINK_EVENTS is how many events flow, about; FURNACE_TEST_SEED what is random.
"""

import collections
import decimal
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import time
import unittest
import uuid

import servers
import suite
import waybill_process

EVENTS = int(os.environ.get("FURNACE_TEST_SINK_EVENTS", "10000"))
SEED = int(os.environ.get("FURNACE_TEST_SEED", str(random.randrange(1_000_000))))
EVENTS_A_RECORD = 5
KILLS = 10
TIMEOUT_S = 300
LEASES = uuid.UUID("5f0c3c0e-6f0b-5c55-9a0e-6b6f2f1d9a41")
HOUR_US = 3_600_000_000
PROJECTS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 6)]
UNFIT = """
CREATE TABLE IF NOT EXISTS unfit (idempotency_key TEXT);
CREATE TRIGGER IF NOT EXISTS refuse_unfit BEFORE INSERT ON usage_events
WHEN NEW.idempotency_key IN (SELECT idempotency_key FROM unfit)
BEGIN SELECT RAISE(ABORT, 'unfit'); END;
"""


def account_of(project: str) -> str:
    """What Waybill calls a project in these tests."""
    return project.replace("-8000-", "-a000-")


def keys_of(row: list) -> list:
    """The keys that a record's events must have; `row` is job, epoch, start, end."""
    lease = uuid.uuid5(LEASES, f"{row[0]}:{row[1]}")
    start_us, end_us = int(row[2]), int(row[3])
    segments = 0 if end_us == start_us else (end_us - 1) // HOUR_US - start_us // HOUR_US + 1
    return [f"furnace:{lease}:{part}"
            for part in ["start", "allocated", *range(segments), "released", "end"]]


class SinksTest(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite(os.environ["FURNACE_BIN"], services=("registry", "scheduler"),
                                redis_fsync="no", extra={"scheduler": {"FURNACE_DRIVER": "none"}})
        cls.addClassCleanup(cls.suite.close)
        cls.waybill = waybill_process.Waybill(cls.suite.folder)
        cls.addClassCleanup(lambda: cls.waybill.process.kill())
        cls.archive = cls.suite.folder / "archive"
        cls.suite.extra["metering"] = {
            "FURNACE_WAYBILL_URL": cls.waybill.url + "/", "FURNACE_WAYBILL_API_KEY": waybill_process.API_KEY,
            "FURNACE_ARCHIVE_FOLDER": str(cls.archive), "FURNACE_ARCHIVE_FILE_MB": "1"}
        cls.suite.start("metering")
        cls.suite.start("gateway")

    def setUp(self):
        self.await_sink("waybill", "to be known")

    def call(self, method: str, path: str, body=None) -> dict:
        """A call that has to succeed."""
        status, answer = self.suite.request(method, path, body)
        self.assertEqual(status, 200, f"{method} {path}: {answer}")
        return answer

    def sink(self, name: str) -> dict:
        """A sink as operators see it; empty while it is not known or metering not back."""
        status, answer = self.suite.request("GET", "/v1/sinks")
        self.assertIn(status, (200, 503), answer)
        return next((sink for sink in answer.get("sinks", []) if sink["name"] == name), {})

    def await_sink(self, name: str, what: str, condition=lambda sink: True):
        """Polls until the sink is as wanted."""
        def fits():
            sink = self.sink(name)
            return bool(sink) and condition(sink)
        servers.wait_until(fits, f"{name}: {what}", TIMEOUT_S)

    def map_project(self, project: str):
        """Names a project to Waybill."""
        self.call("PUT", f"/v1/sinks/waybill/projects/{project}", {"account_id": account_of(project)})

    def books(self) -> list:
        """Rows of job, epoch, start, end, project of all that was recorded."""
        text = self.suite.postgres.query("SELECT job_id, epoch, start_us, end_us, project_id "
                                         "FROM metering.usage_records")
        return [line.split("|") for line in text.splitlines()]

    def feed(self, records: int, end_us: int) -> subprocess.Popen:
        """Starts to record so many records."""
        return subprocess.Popen([str(self.suite.binaries / "usage_feeder"), self.suite.address("metering"),
                                 self.suite.token, str(records), str(end_us)])

    def kill_at_random(self, feeder: subprocess.Popen, events: int):
        """Kills one end or the other whenever some more events have arrived."""
        dice = random.Random(SEED)
        for number in range(1, KILLS + 1):
            wanted = events * number // (KILLS + 2)
            servers.wait_until(lambda: self.waybill.count() >= wanted, f"{wanted} events", TIMEOUT_S)
            if dice.random() < 0.5:
                self.waybill.kill()
                self.waybill.start()
            else:
                self.suite.kill("metering")
                self.suite.start("metering")
        self.assertEqual(feeder.wait(TIMEOUT_S), 0)

    def test_every_event_is_there_once_whatever_is_killed(self):
        print(f"\nseed {SEED}, about {EVENTS} events", flush=True)
        records = EVENTS // EVENTS_A_RECORD
        *mapped, late = PROJECTS
        for project in mapped:
            self.map_project(project)
        began = time.monotonic()
        feeder = self.feed(records, int(time.time() * 1_000_000))
        self.addCleanup(feeder.kill)
        connection = sqlite3.connect(self.waybill.database, timeout=30)
        connection.executescript(UNFIT)
        connection.close()
        self.kill_at_random(feeder, EVENTS * 4 // 5)

        # What belongs to a project that Waybill does not know is held, and goes once it does.
        self.await_sink("waybill", "to reach the end", lambda sink: sink.get("pending_records", 0) == 0)
        books = self.books()
        self.assertEqual(len(books), records)
        self.assertEqual(self.sink("waybill").get("held_records"), sum(row[4] == late for row in books))
        self.assertNotIn(account_of(late), {event["project_id"] for event in self.waybill.events().values()})
        self.map_project(late)
        self.await_sink("waybill", "to send what was held", lambda sink: sink.get("held_records", 0) == 0)
        took = time.monotonic() - began

        self.check_waybill(books)
        self.check_archive(books)
        self.check_poison()
        print(f"{self.waybill.count()} events, {KILLS} kills, {took:.1f} s", flush=True)

    def check_waybill(self, books: list):
        """Every key once, every event where it belongs, the sums of the books."""
        events = self.waybill.events()
        self.assertEqual(set(events), {key for row in books for key in keys_of(row)})
        self.assertEqual(self.waybill.count(), len(events))
        self.assertEqual({event["resource_type"] for event in events.values()}, {"gpu_lease"})
        sums = collections.defaultdict(lambda: collections.defaultdict(decimal.Decimal))
        for event in events.values():
            total = sums[event["project_id"]]
            for name, value in event["metrics"].items():
                total[name] += decimal.Decimal(value)
            total["cost_atto"] += int(event["metadata"].get("cost_atto_usd", 0))
            if event["event_type"] == "gpu.usage":
                self.assertLess(event["metadata"]["start_us"], event["metadata"]["end_us"])
                hour = int(event["metadata"]["start_us"]) // HOUR_US * HOUR_US / 1_000_000
                self.assertEqual(event["timestamp"][:13], time.strftime("%Y-%m-%dT%H", time.gmtime(hour)))
        rows = self.suite.postgres.query(
            "SELECT h.project_id, sum(h.gpu_milli_us), sum(h.credited_gpu_milli_us), sum(h.invocations), "
            "sum(h.cold_start_us), (SELECT sum(e.amount_atto) FROM metering.ledger_entries AS e "
            "WHERE e.project_id = h.project_id AND e.account = 'customer') "
            "FROM metering.usage_hourly AS h GROUP BY h.project_id").splitlines()
        self.assertEqual(len(rows), len(PROJECTS))
        for project, gpu, credited, invocations, cold, atto in (row.split("|") for row in rows):
            total = sums[account_of(project)]
            self.assertEqual(total["gpu_seconds"], decimal.Decimal(gpu) / 10**9)
            self.assertEqual(total["credited_gpu_seconds"], decimal.Decimal(credited) / 10**9)
            self.assertEqual(total["serverless_invocations"], int(invocations))
            self.assertEqual(total["cold_start_seconds"], decimal.Decimal(cold) / 10**6)
            self.assertEqual(total["cost_atto"], int(atto))
            # Waybill keeps costs in floating point: nano-dollars survive that.
            self.assertEqual(round(total["cost_usd"] * 10**9), round(decimal.Decimal(atto) / 10**9))

    def check_archive(self, books: list):
        """Every key once, in an unbroken chain."""
        self.await_sink("archive", "to reach the end", lambda sink: sink.get("pending_records", 0) == 0)
        keys, previous = [], "0" * 64
        for file in sorted(self.archive.glob("*.ndjson")):
            for line in file.read_bytes().splitlines():
                event = json.loads(line)
                self.assertEqual(event["previous"], previous)
                previous = hashlib.sha256(line).hexdigest()
                keys.append(event["key"])
        self.assertEqual(len(keys), len(set(keys)))
        self.assertEqual(set(keys), {key for row in books for key in keys_of(row)})

    def check_poison(self):
        """Events that Waybill cannot store are set aside, alone, and go when it can."""
        end_us = int(time.time() * 1_000_000) - 7
        known = {row[0] for row in self.books()}
        self.suite.kill("metering")
        self.suite.extra["metering"]["FURNACE_WAYBILL_URL"] = f"http://127.0.0.1:{servers.free_port()}"
        self.suite.start("metering")
        self.assertEqual(self.feed(200, end_us).wait(TIMEOUT_S), 0)
        added = [row for row in self.books() if row[0] not in known]
        unfit = [keys_of(added[0])[2], keys_of(added[1])[0], keys_of(added[-1])[-1]]
        for key in unfit:
            self.waybill.run("INSERT INTO unfit VALUES (?)", key)
        self.suite.kill("metering")
        self.suite.extra["metering"]["FURNACE_WAYBILL_URL"] = self.waybill.url
        self.suite.start("metering")
        self.await_sink("waybill", "to get past the poison", lambda sink: sink.get("pending_records", 0) == 0)
        self.assertEqual(self.sink("waybill").get("poisoned_events"), len(unfit))
        poisoned = self.call("GET", "/v1/sinks/waybill/poisoned")["events"]
        self.assertEqual({event["key"] for event in poisoned}, set(unfit))
        self.assertEqual({event["error"] for event in poisoned}, {"answered 500"})

        self.waybill.run("DELETE FROM unfit")
        self.assertEqual(self.call("POST", "/v1/sinks/waybill/redrive", {"all": True})["redriven"], len(unfit))
        self.await_sink("waybill", "to be cured", lambda sink: sink.get("poisoned_events", 0) == 0)
        self.check_waybill(self.books())

    def test_only_operators_see_sinks(self):
        key = self.call("POST", "/v1/projects/me/keys", {"name": "admin", "role": "ADMIN"})["secret"]
        for method, path, body in (("GET", "/v1/sinks", None), ("GET", "/v1/sinks/waybill/poisoned", None),
                                   ("POST", "/v1/sinks/waybill/redrive", {"all": True}),
                                   ("GET", "/v1/sinks/waybill/projects", None),
                                   ("PUT", f"/v1/sinks/waybill/projects/{PROJECTS[0]}",
                                    {"account_id": PROJECTS[0]})):
            self.assertEqual(self.suite.request(method, path, body, key=key)[0], 403, path)

    def test_sinks_that_are_off_are_not_found(self):
        status, answer = self.suite.request("GET", "/v1/sinks/lago/poisoned")
        self.assertEqual(status, 404, answer)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
