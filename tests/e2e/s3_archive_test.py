"""Usage on its way to an archive in S3 while both ends are killed: every event is there once,
in an unbroken chain.

FURNACE_TEST_SINK_EVENTS is how many events flow, about; FURNACE_TEST_SEED what is random.
"""

import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import time
import unittest

import servers
import suite

EVENTS = int(os.environ.get("FURNACE_TEST_SINK_EVENTS", "10000"))
SEED = int(os.environ.get("FURNACE_TEST_SEED", str(random.randrange(1_000_000))))
EVENTS_A_RECORD = 5
KILLS = 8
TIMEOUT_S = 300
ACCESS, SECRET, REGION = "AKFURNACE", "s3cret/with+signs", "eu-central-1"


class S3:
    """The stand-in as a process, and its folder."""

    def __init__(self, folder: pathlib.Path):
        self.port = servers.free_port()
        self.folder = folder
        self.process = None
        self.start()

    def start(self):
        """Starts it on what it had stored."""
        script = pathlib.Path(__file__).resolve().parents[1] / "support" / "s3.py"
        self.process = subprocess.Popen([sys.executable, str(script), str(self.port), str(self.folder), ACCESS,
                                         SECRET, REGION])
        servers.wait_until(lambda: servers.accepts(self.port), "the stand-in to listen")

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def objects(self) -> list:
        """Files of the objects by rising key; keys have no more than 15 digits."""
        return sorted(file for file in self.folder.iterdir() if not file.name.startswith("."))


class S3ArchiveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite(os.environ["FURNACE_BIN"], services=())
        cls.addClassCleanup(cls.suite.close)
        cls.s3 = S3(cls.suite.folder / "s3")
        cls.addClassCleanup(lambda: cls.s3.process.kill())
        cls.suite.extra["metering"] = {
            "FURNACE_ARCHIVE_S3_URL": f"http://127.0.0.1:{cls.s3.port}/bucket",
            "FURNACE_ARCHIVE_S3_REGION": REGION, "FURNACE_ARCHIVE_S3_PREFIX": "audit/2026_",
            "FURNACE_ARCHIVE_S3_ACCESS_KEY": ACCESS, "FURNACE_ARCHIVE_S3_SECRET_KEY": SECRET}
        cls.suite.start("metering")

    def sink(self, column: str) -> str:
        """What the database knows of the sink; empty while it does not."""
        return self.suite.postgres.query(f"SELECT {column} FROM metering.sinks WHERE name = 's3'")

    def keys(self) -> list:
        """The keys of all lines, whose numbers and chain are checked."""
        keys, previous = [], "0" * 64
        for file in self.s3.objects():
            lines = file.read_bytes().splitlines()
            self.assertEqual(file.name, f"audit%2F2026_usage-{len(keys) + 1:015}.ndjson")
            for line in lines:
                event = json.loads(line)
                self.assertEqual((event["line"], event["previous"]), (len(keys) + 1, previous))
                previous = hashlib.sha256(line).hexdigest()
                keys.append(event["key"])
        return keys

    def test_every_event_is_there_once_whatever_is_killed(self):
        print(f"\nseed {SEED}, about {EVENTS} events", flush=True)
        records = EVENTS // EVENTS_A_RECORD
        dice = random.Random(SEED)
        feeder = subprocess.Popen([str(pathlib.Path(self.suite.binaries) / "usage_feeder"),
                                   self.suite.address("metering"), self.suite.token, str(records),
                                   str(int(time.time() * 1_000_000))])
        self.addCleanup(feeder.kill)
        for number in range(1, KILLS + 1):
            wanted = records * number // (KILLS + 2)
            servers.wait_until(lambda: int(self.sink("cursor_seq") or 0) >= wanted, f"{wanted} records", TIMEOUT_S)
            if dice.random() < 0.5:
                self.s3.kill()
                self.s3.start()
            else:
                self.suite.kill("metering")
                self.suite.start("metering")
        self.assertEqual(feeder.wait(TIMEOUT_S), 0)
        servers.wait_until(lambda: int(self.sink("cursor_seq")) == records, "all to be delivered", TIMEOUT_S)

        keys = self.keys()
        self.assertEqual(len(keys), len(set(keys)))
        self.assertGreaterEqual(len(keys), 4 * records)
        self.assertEqual(len({key.split(":")[1] for key in keys}), records)
        print(f"{len(keys)} events in {len(self.s3.objects())} objects, {KILLS} kills", flush=True)

    def test_whoever_does_not_know_the_secret_is_refused(self):
        request = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--aws-sigv4", f"aws:amz:{REGION}:s3",
                   "-u", f"{ACCESS}:other", f"http://127.0.0.1:{self.s3.port}/bucket?list-type=2"]
        self.assertEqual(subprocess.run(request, capture_output=True, text=True, check=True).stdout, "403")


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
