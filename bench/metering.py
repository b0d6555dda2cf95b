#!/usr/bin/env python3
"""Measures furnace-metering on a PostgreSQL that syncs what it commits.

usage: metering.py BIN_DIR [ARGUMENT OF bench-metering...]
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import servers  # noqa: E402  (found by the line above)

TOKEN = "bench"
SIZES = """
SELECT count(*), pg_total_relation_size('metering.usage_records'),
       pg_total_relation_size('metering.ledger_transactions')
         + pg_total_relation_size('metering.ledger_entries'),
       pg_total_relation_size('metering.usage_hourly')
         + pg_total_relation_size('metering.usage_hourly_totals')
FROM metering.usage_records
"""


def print_growth(postgres: servers.Postgres):
    """What the books take on disk, a million records."""
    records, usage, ledger, hourly = (int(figure) for figure in postgres.query(SIZES).split("|"))
    parts = ", ".join(f"{name} {size / records:.0f} MB" for name, size in
                      (("records", usage), ("ledger", ledger), ("hourly sums", hourly)))
    print(f"database: {(usage + ledger + hourly) / records:.0f} MB a million records ({parts})", flush=True)


def measure(binaries: pathlib.Path, arguments: list):
    """Starts PostgreSQL and the service, and runs bench-metering."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="furnace-bench-"))
    postgres = servers.Postgres(folder, fsync="on")
    port = servers.free_port()
    metering = subprocess.Popen([str(binaries / "furnace-metering")], env=dict(
        os.environ, FURNACE_LISTEN=f"127.0.0.1:{port}", FURNACE_METRICS_LISTEN="", FURNACE_LOG_LEVEL="warn",
        FURNACE_INTERNAL_TOKEN=TOKEN, FURNACE_POSTGRES_DSN=postgres.dsn))
    try:
        servers.wait_until(lambda: servers.accepts(port), "metering to listen")
        subprocess.run([str(binaries / "bench-metering"), "--metering", f"127.0.0.1:{port}", "--token", TOKEN,
                        "--pids", str(metering.pid), str(postgres.process.pid), *arguments], check=True)
        print_growth(postgres)
    finally:
        servers.stop(metering)
        postgres.stop()
        servers.remove(folder)


if __name__ == "__main__":
    measure(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:])
