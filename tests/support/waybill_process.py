"""The stand-in for Waybill (waybill.py) as a process that a test can kill and start again.
Standard library only."""

import decimal
import json
import pathlib
import sqlite3
import subprocess
import sys

import servers

API_KEY = "waybill-key"


class Waybill:
    """The stand-in as a process, and its database."""

    def __init__(self, folder: pathlib.Path):
        self.port = servers.free_port()
        self.database = folder / "waybill.sqlite"
        self.process = None
        self.start()

    @property
    def url(self) -> str:
        """Where metering finds it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Starts it on what it had stored."""
        script = pathlib.Path(__file__).with_name("waybill.py")
        self.process = subprocess.Popen([sys.executable, str(script), str(self.port), str(self.database), API_KEY])
        servers.wait_until(lambda: servers.accepts(self.port), "the stand-in to listen")

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def run(self, sql: str, *values) -> list:
        """One statement."""
        connection = sqlite3.connect(self.database, timeout=30)
        try:
            with connection:
                return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def count(self) -> int:
        """Events stored."""
        return self.run("SELECT count(*) FROM usage_events")[0][0]

    def events(self) -> dict:
        """All events by key."""
        rows = self.run("SELECT idempotency_key, project_id, event_type, resource_type, resource_id, "
                        "metrics, metadata, timestamp FROM usage_events")
        return {row[0]: {"project_id": row[1], "event_type": row[2], "resource_type": row[3],
                         "resource_id": row[4], "metrics": json.loads(row[5], parse_float=decimal.Decimal),
                         "metadata": json.loads(row[6]), "timestamp": row[7]} for row in rows}
