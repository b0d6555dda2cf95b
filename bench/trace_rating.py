#!/usr/bin/env python3
"""Rates real traces through furnace-metering and compares every hour with a reference that is
calculated here, in fractions.

usage: trace_rating.py BIN_DIR [FOLDER]

FOLDER has alibaba_gpu_2023_pods.csv (parts of GPUs held for up to months) and
azure_llm_2023_conv.csv (requests of a language model); what is missing is made up.
"""

import collections
import csv
import datetime
import fractions
import pathlib
import random
import subprocess
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import servers  # noqa: E402  (these are found by the line above)
import suite  # noqa: E402

FOLDER = ROOT / ".." / "shared" / "data" / "traces"
EPOCH_US = 1_735_689_600_000_000  # 2025-01-01: the traces' first second.
HOUR_US = 3_600_000_000
SLICE_US = 8 * 24 * HOUR_US  # Longer leases are recorded in slices.
SPACE = uuid.UUID("5f0c3c0e-6f0b-5c55-9a0e-6b6f2f1d9a41")
PROJECTS = [str(uuid.uuid5(SPACE, f"project {number}")) for number in range(5)]
GPUS = ("rtx4000", "rtx4090")
DOLLARS_A_GPU_SECOND = {"rtx4000": fractions.Fraction(6, 100_000), "rtx4090": fractions.Fraction(12, 100_000)}
DOLLARS_AN_INVOCATION = fractions.Fraction(1, 10_000)

Lease = collections.namedtuple("Lease", "kind milli_gpus start_us end_us")
Record = collections.namedtuple("Record", "job epoch project endpoint kind gpu milli_gpus start_us end_us")


def pods(path: pathlib.Path) -> list:
    """The pods' leases; made-up ones when there is no file."""
    if not path.exists():
        dice = random.Random(1)
        return [Lease("instance", dice.choice((50, 320, 460, 470, 810, 1000, 4000)), start,
                      start + int(dice.expovariate(1 / 40_000)) * 1_000_000)
                for start in (EPOCH_US + dice.randrange(100 * 24 * HOUR_US) for _ in range(7_000))]
    leases = []
    for number, row in enumerate(csv.DictReader(path.open())):
        begun = row["scheduled_time"] or row["creation_time"]
        milli = int(row["num_gpu"]) * int(row["gpu_milli"])
        # The trace has whole seconds; the books have to do with more.
        jitter = number * 7_919 % 1_000_000
        start = EPOCH_US + int(float(begun)) * 1_000_000 + jitter
        end = EPOCH_US + int(float(row["deletion_time"])) * 1_000_000 + jitter * 3 % 1_000_000
        if milli > 0 and end > start:
            leases.append(Lease("instance", milli, start, end))
    return leases


def requests(path: pathlib.Path) -> list:
    """Requests as attempts of some 25 ms a token; made-up ones when there is no file."""
    if not path.exists():
        dice = random.Random(2)
        rows = [(dice.randrange(HOUR_US), dice.randrange(1, 4_000), dice.randrange(1, 500)) for _ in range(19_000)]
    else:
        first, rows = None, []
        for row in csv.DictReader(path.open()):
            stamp = datetime.datetime.fromisoformat(row["TIMESTAMP"][:26])
            first = first or stamp
            rows.append(((stamp - first) // datetime.timedelta(microseconds=1), int(row["ContextTokens"]),
                         int(row["GeneratedTokens"])))
    return [Lease("attempt", 1_000, EPOCH_US + at, EPOCH_US + at + prompt * 103 + answer * 24_989)
            for at, prompt, answer in rows]


def records(leases: list) -> list:
    """A record for each lease, or for each slice of a long one."""
    out = []
    for number, lease in enumerate(leases):
        job = str(uuid.uuid5(SPACE, f"lease {number}"))
        project, gpu = PROJECTS[number % len(PROJECTS)], GPUS[number % len(GPUS)]
        endpoint = str(uuid.uuid5(SPACE, f"endpoint {number % 50}"))
        for epoch, start in enumerate(range(lease.start_us, lease.end_us, SLICE_US), 1):
            out.append(Record(job, epoch, project, endpoint, lease.kind, gpu, lease.milli_gpus, start,
                              min(lease.end_us, start + SLICE_US)))
    return out


def reference(all_records: list) -> dict:
    """By project, hour and GPU type: GPU-seconds, invocations and dollars."""
    hours = collections.defaultdict(lambda: [fractions.Fraction(0), 0, fractions.Fraction(0)])
    for record in all_records:
        at = record.start_us
        while at < record.end_us:
            to = min(record.end_us, (at // HOUR_US + 1) * HOUR_US)
            seconds = fractions.Fraction((to - at) * record.milli_gpus, 10**9)
            sums = hours[record.project, at // HOUR_US * HOUR_US, record.gpu]
            sums[0] += seconds
            sums[2] += seconds * DOLLARS_A_GPU_SECOND[record.gpu]
            at = to
        if record.kind == "attempt":
            sums = hours[record.project, record.end_us // HOUR_US * HOUR_US, record.gpu]
            sums[1] += 1
            sums[2] += DOLLARS_AN_INVOCATION
    return hours


def booked(postgres: servers.Postgres) -> dict:
    """The same from the hourly sums."""
    rows = postgres.query("SELECT project_id, hour_us, gpu_type, sum(gpu_milli_us), sum(invocations), sum(cost_atto) "
                          "FROM metering.usage_hourly GROUP BY 1, 2, 3").splitlines()
    hours = {}
    for project, hour, gpu, held, invocations, atto in (row.split("|") for row in rows):
        hours[project, int(hour), gpu] = [fractions.Fraction(int(held), 10**9), int(invocations),
                                          fractions.Fraction(int(atto), 10**18)]
    return hours


def rate(binaries: pathlib.Path, folder: pathlib.Path):
    """Records the traces, and prints whether the books are equal to the reference."""
    leases = pods(folder / "alibaba_gpu_2023_pods.csv") + requests(folder / "azure_llm_2023_conv.csv")
    all_records = records(leases)
    with suite.Suite(binaries, services=("metering",)) as furnace:
        lines = "".join(" ".join(map(str, record)) + "\n" for record in all_records)
        began = time.monotonic()
        subprocess.run([str(binaries / "bench-usage"), furnace.address("metering"), furnace.token], input=lines,
                       text=True, check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - began
        expected, found = reference(all_records), booked(furnace.postgres)
        ledger = furnace.postgres.query("SELECT sum(amount_atto) FROM metering.ledger_entries "
                                        "WHERE account = 'customer'")
    cost = sum(sums[2] for sums in expected.values())
    differing = sum(expected.get(key) != found.get(key) for key in set(expected) | set(found))
    equal = differing == 0 and cost == fractions.Fraction(int(ledger), 10**18)
    print(f"traces: {len(leases)} leases in {len(all_records)} records, recorded in {took:.1f} s; "
          f"{len(expected)} sums of hours, {differing} differ; {cost * 10**9} nano-dollars in all, "
          f"{'equal to' if equal else 'NOT'} the reference and the ledger", flush=True)
    if not equal:
        sys.exit(1)


if __name__ == "__main__":
    rate(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER)
