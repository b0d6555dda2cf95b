#!/usr/bin/env python3
"""The books of random histories against a second opinion, written from docs/metering.md alone:
fractions for money, hashlib for the chain.

usage: with_servers.py reference_test.py CONTRACT_TEST_BINARY

The binary fills the database: its histories have losses, duplicates, reorderings, records that
are changed on the way, price changes, parts of GPUs and every beside-the-hour time. It prints the
seed that FURNACE_TEST_SEED repeats.
"""

import collections
import fractions
import hashlib
import os
import subprocess
import sys
import unittest

HOUR_US = 3_600_000_000
NANO = 10 ** 9  # Atto-dollars.
PLATFORM_FAULTS = ("worker_lost", "platform")
BINARY = ""

Record = collections.namedtuple(
    "Record", "job epoch project endpoint worker gpu milli_gpus start end cause cold_start kind warm covered "
              "vram_mib bytes region tier tags api_key tokens transaction position")
Transaction = collections.namedtuple("Transaction", "project number time reason reference records root hash")
Entry = collections.namedtuple("Entry", "project number account kind endpoint gpu price quantity amount")
Line = collections.namedtuple("Line", "kind start end quantity price amount")
Hour = collections.namedtuple("Hour", "project hour endpoint gpu api_key amount invocations tokens")
NUMBERS = {"epoch", "milli_gpus", "start", "end", "cold_start", "vram_mib", "bytes", "transaction", "position",
           "number", "time", "records", "quantity", "amount", "hour", "invocations", "tokens"}


def select(row_type, sql: str) -> list:
    """The rows of a query."""
    out = subprocess.run(["psql", os.environ["FURNACE_TEST_POSTGRES_DSN"], "-XAtq", "-F", "\x1f", "-R", "\x1e",
                          "-P", "null=\x01", "-c", sql], check=True, capture_output=True, text=True).stdout
    rows = [row.split("\x1f") for row in out.removesuffix("\n").split("\x1e") if row]
    return [row_type(*(int(value) if name in NUMBERS else value
                       for name, value in zip(row_type._fields, row))) for row in rows]


def half_even(value: fractions.Fraction) -> int:
    """Rounded to a whole number, half to even, as Python's round does it."""
    return round(value)


class Prices:
    """The price list."""

    def __init__(self):
        row = collections.namedtuple("Row", "unit gpu from_us nanos")
        self.rows = select(row, "SELECT unit, gpu_type, (extract(epoch FROM effective_from) * 1000000)::bigint, "
                                "nanos FROM metering.prices WHERE project_id IS NULL AND region = '' "
                                "AND tier = '' AND withdrawn_at IS NULL")

    def at(self, unit: str, gpu: str, time_us: int):
        """Nano-dollars a unit costs then, or None."""
        known = [(int(row.from_us), int(row.nanos)) for row in self.rows
                 if (row.unit, row.gpu) == (unit, gpu) and int(row.from_us) <= time_us]
        return max(known)[1] if known else None


def lines_of(record: Record, prices: Prices) -> list:
    """What a record has to be booked with."""
    lines = []
    covered = record.covered == "t"
    at = record.start
    while at < record.end:
        to = min(record.end, (at // HOUR_US + 1) * HOUR_US)
        if record.kind == "storage":
            price = prices.at("gb_month", "", at)
            quantity = (to - at) * record.bytes
            amount = half_even(fractions.Fraction((price or 0) * quantity * NANO, 10 ** 9 * 730 * HOUR_US))
            lines.append(Line("storage", at, to, quantity, price, amount))
        else:
            unit = "warm_gpu_second" if record.kind == "worker" else "gpu_second"
            price = 0 if covered else prices.at(unit, record.gpu, at)
            quantity = (to - at) * record.milli_gpus
            exact = fractions.Fraction((price or 0) * NANO * quantity, 1_000_000 * 1_000)
            assert exact.denominator == 1
            lines.append(Line("covered" if covered else "gpu_time", at, to, quantity, price, int(exact)))
        if record.kind == "refund":
            lines[-1] = lines[-1]._replace(kind="credit", amount=-lines[-1].amount)
            at = to
            continue
        if record.cause in PLATFORM_FAULTS and not covered:
            lines.append(lines[-1]._replace(kind="credit", amount=-lines[-1].amount))
        at = to
    if record.kind == "attempt" and record.cause not in PLATFORM_FAULTS:
        price = prices.at("invocation", "", record.end)
        lines.append(Line("invocation", record.start, record.end, 1, price, (price or 0) * NANO))
    return lines


def shown(price) -> str:
    """A price as the canonical texts have it."""
    return "-" if price is None else str(price)


def leaf_of(record: Record, lines: list) -> bytes:
    """The hash of a record's canonical text."""
    text = (f"furnace-usage {2 if record.api_key or record.tokens else 1}\nproject {record.project}\njob {record.job}\nepoch {record.epoch}\n"
            f"kind {record.kind}\nendpoint {record.endpoint}\nworker {record.worker}\ngpu {record.gpu}\n"
            f"milli_gpus {record.milli_gpus}\nvram_mib {record.vram_mib}\nbytes {record.bytes}\n"
            f"start {record.start}\nend {record.end}\ncause {record.cause}\ncold_start {record.cold_start}\n"
            f"warm {int(record.warm == 't')}\ncovered {int(record.covered == 't')}\nregion {record.region}\n"
            f"tier {record.tier}\n")
    text += f"api_key {record.api_key}\n" if record.api_key else ""
    text += f"tokens {record.tokens}\n" if record.tokens else ""
    text += "".join(f"tag {tag}\n" for tag in record.tags.split("\n") if tag)
    text += "".join(f"line {line.kind} {line.start} {line.end} {line.quantity} {shown(line.price)} {line.amount}\n"
                    for line in lines)
    return hashlib.sha256(b"\0" + text.encode()).digest()


def root_of(leaves: list) -> bytes:
    """RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return hashlib.sha256(b"\1" + root_of(leaves[:left]) + root_of(leaves[left:])).digest()


def sums_of(records: list, prices: Prices) -> dict:
    """Quantity and amount of each kind of entry, balances among them."""
    sums = collections.defaultdict(lambda: [0, 0])
    for record in records:
        lines = lines_of(record, prices)
        for line in lines:
            total = sums["customer", line.kind, record.endpoint, record.gpu, shown(line.price)]
            total[0] += line.quantity
            total[1] += line.amount
        if lines and record.kind != "refund":
            sums["revenue", "balance", "-", "-", "-"][1] -= sum(
                line.amount for line in lines if line.kind != "credit")
        if any(line.kind == "credit" for line in lines):
            sums["credits", "balance", "-", "-", "-"][1] -= sum(
                line.amount for line in lines if line.kind == "credit")
    return {key: tuple(total) for key, total in sums.items()}


class ReferenceTest(unittest.TestCase):
    """See the module."""

    @classmethod
    def setUpClass(cls):
        subprocess.run([BINARY, "--gtest_filter=*EveryFigureIsExact*"], check=True)
        cls.prices = Prices()
        cls.records = select(Record, (
            "SELECT job_id, epoch, project_id, endpoint_id, worker_id, gpu_type, milli_gpus, start_us, end_us, "
            "cause, cold_start_us, kind, warm, covered, vram_mib, bytes, region, tier, tags, api_key_id, tokens, "
            "transaction, position "
            "FROM metering.usage_records ORDER BY transaction, position"))
        cls.transactions = select(Transaction, (
            "SELECT project_id, number, recorded_us, reason, reference, records, encode(root, 'hex'), "
            "encode(hash, 'hex') FROM metering.ledger_transactions ORDER BY project_id, number"))
        cls.entries = collections.defaultdict(list)
        for entry in select(Entry, (
                "SELECT project_id, number, account, kind, coalesce(endpoint_id::text, '-'), "
                "CASE gpu_type WHEN '' THEN '-' ELSE gpu_type END, coalesce(price_nanos::text, '-'), quantity, "
                "amount_atto FROM metering.ledger_entries ORDER BY project_id, number, position")):
            cls.entries[entry.project, entry.number].append(entry)
        cls.by_transaction = collections.defaultdict(list)
        for record in cls.records:
            cls.by_transaction[record.project, record.transaction].append(record)

    def test_no_time_of_a_lease_or_lifetime_is_billed_twice(self):
        sorts = {"attempt": "lease", "part": "lease", "refund": "refund"}
        last = {}
        for record in sorted(self.records, key=lambda each: each.start):
            if record.start == record.end:
                continue
            sort = sorts.get(record.kind)
            key = record.job, sort, record.epoch % 1_000_000 if sort else 0
            self.assertLessEqual(last.get(key, 0), record.start, record)
            last[key] = record.end

    def test_there_are_many_of_every_kind(self):
        kinds = collections.Counter(record.kind for record in self.records)
        self.assertEqual(set(kinds), {"attempt", "part", "refund", "worker", "instance", "storage"})
        self.assertGreater(len(self.transactions), 100)
        print(f"{len(self.records)} records in {len(self.transactions)} transactions: {dict(kinds)}", flush=True)

    def test_every_record_is_in_exactly_one_transaction(self):
        self.assertEqual(sorted(self.by_transaction), sorted((t.project, t.number) for t in self.transactions))
        for transaction in self.transactions:
            self.assertEqual(transaction.records, len(self.by_transaction[transaction.project, transaction.number]))

    def test_every_entry_is_what_the_records_cost(self):
        for place, records in self.by_transaction.items():
            stored = {(entry.account, entry.kind, entry.endpoint, entry.gpu, entry.price):
                      (entry.quantity, entry.amount) for entry in self.entries[place]}
            expected = {(account, kind, endpoint, gpu or "-", price): total
                        for (account, kind, endpoint, gpu, price), total in sums_of(records, self.prices).items()}
            self.assertEqual(stored, expected)
            self.assertEqual(sum(entry.amount for entry in self.entries[place]), 0)

    def test_what_is_owed_is_the_sum_over_all_records_to_the_atto_dollar(self):
        owed = sum(entry.amount for entries in self.entries.values() for entry in entries
                   if entry.account == "customer")
        self.assertEqual(owed, sum(line.amount for record in self.records
                                   for line in lines_of(record, self.prices)))
        self.assertGreater(owed, 0)

    def test_lease_time_is_ledger_time_to_the_microsecond(self):
        leased = sum((record.end - record.start) * record.milli_gpus for record in self.records
                     if record.kind != "refund")
        self.assertEqual(leased, sum(entry.quantity for entries in self.entries.values() for entry in entries
                                     if entry.kind in ("gpu_time", "covered")))

    def test_every_hour_of_an_api_key_is_what_its_records_cost(self):
        expected = collections.defaultdict(lambda: [0, 0, 0])
        for record in self.records:
            def hour(at, record=record):
                return expected[record.project, at // HOUR_US * HOUR_US, record.endpoint, record.gpu, record.api_key]
            for line in lines_of(record, self.prices):
                if line.kind == "invocation":
                    hour(record.end)[1] += 1
                hour(record.end if line.kind == "invocation" else line.start)[0] += line.amount
            if record.tokens and record.cause not in PLATFORM_FAULTS:
                hour(record.end)[2] += record.tokens
        stored = {row[:5]: row[5:] for row in select(Hour, (
            "SELECT project_id, hour_us, endpoint_id, gpu_type, api_key_id, cost_atto, invocations, tokens "
            "FROM metering.usage_hourly"))}
        self.assertEqual({key: sums for key, sums in stored.items() if any(sums)},
                         {key: tuple(sums) for key, sums in expected.items() if any(sums)})
        totals = collections.defaultdict(lambda: (0, 0, 0))
        for key, sums in stored.items():
            totals[key[:4]] = tuple(a + b for a, b in zip(totals[key[:4]], sums))
        self.assertEqual({row[:4]: row[5:] for row in select(Hour, (
            "SELECT project_id, hour_us, endpoint_id, gpu_type, '', cost_atto, invocations, tokens "
            "FROM metering.usage_hourly_totals"))}, dict(totals))
        self.assertGreater(len({key[4] for key in stored}), 2)
        self.assertGreater(sum(sums[2] for sums in stored.values()), 0)

    def test_every_chain_is_whole(self):
        heads = {}
        for transaction in self.transactions:
            number, before = heads.get(transaction.project, (0, bytes(32)))
            self.assertEqual(transaction.number, number + 1)
            records = self.by_transaction[transaction.project, transaction.number]
            root = root_of([leaf_of(record, lines_of(record, self.prices)) for record in records]).hex()
            self.assertEqual(transaction.root, root)
            text = (f"furnace-ledger 1\nproject {transaction.project}\nnumber {transaction.number}\n"
                    f"time {transaction.time}\nreason {transaction.reason}\nreference {transaction.reference}\n"
                    f"records {transaction.records}\nroot {root}\n")
            text += "".join(f"entry {e.account} {e.kind} {e.endpoint} {e.price} {e.quantity} {e.amount} {e.gpu}\n"
                            for e in self.entries[transaction.project, transaction.number])
            digest = hashlib.sha256(before + text.encode()).digest()
            self.assertEqual(transaction.hash, digest.hex())
            heads[transaction.project] = (transaction.number, digest)


if __name__ == "__main__":
    BINARY = sys.argv.pop(1)
    unittest.main(verbosity=2)
