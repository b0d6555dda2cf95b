#!/usr/bin/python3
"""`furnace price` and corrections of the ledger against a fake gateway: what they ask and print.

usage: price_commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import unittest

import commands_test
from dev_harness import furnace_binary

PROJECT = "0190aaaa-0000-7000-8000-000000000001"
JOB = "0190bbbb-0000-7000-8000-000000000002"
HOUR = "2026-12-01T10:00:00Z"
SHOWN = "2026-12-01 10:00:00Z"


class PriceCommandsTest(commands_test.CommandsCase):
    """See the module."""

    def asked(self) -> dict:
        """The body of the last request."""
        return json.loads(self.gateway.requests[-1][2])

    def test_prices_are_listed(self):
        self.answer("GET /v1/prices", (200, {"prices": [
            {"unit": "GPU_SECOND", "gpu_type": "rtx4090", "nanos": 120000, "effective_from": HOUR},
            {"unit": "GPU_SECOND", "gpu_type": "rtx4090", "nanos": 90000, "project_id": PROJECT,
             "region": "eu", "tier": "spot", "effective_from": HOUR}]}))
        done = self.furnace("price", "list")
        self.assertEqual(0, done.returncode, done.stderr)
        lines = [line.split() for line in done.stdout.splitlines()[1:]]
        self.assertEqual(["GPU_SECOND", "rtx4090", "all", "all", "all", "$0.00012", *SHOWN.split()], lines[0])
        self.assertEqual(["GPU_SECOND", "rtx4090", "eu", "spot", "this", "project", "$0.00009", *SHOWN.split()], lines[1])

    def test_a_price_is_announced_in_dollars(self):
        self.answer("POST /v1/prices", (200, {"lines": [{"id": 9, "price": {"effective_from": HOUR}}]}),
                    (200, {"lines": []}))
        done = self.furnace("price", "set", "gpu_second", "0.00011", "--gpu", "rtx4090", "--project", PROJECT,
                            "--from", HOUR)
        self.assertEqual((0, f"price 9: in force from {SHOWN} on\n"), (done.returncode, done.stdout), done.stderr)
        self.assertEqual({"prices": [{"unit": "GPU_SECOND", "nanos": 110000, "gpu_type": "rtx4090",
                                      "project_id": PROJECT, "effective_from": HOUR}]}, self.asked())
        self.assertEqual(0, self.furnace("price", "set", "gpu_second", "ended", "--tier", "spot").returncode)
        self.assertEqual({"prices": [{"unit": "GPU_SECOND", "ended": True, "tier": "spot"}]}, self.asked())
        for wrong in ("NaN", "0.0000000001", "1e3", "EUR1"):
            self.assertEqual(2, self.furnace("price", "set", "invocation", wrong).returncode)

    def test_an_announced_price_is_withdrawn(self):
        self.answer("POST /v1/prices/9/withdraw", (200, {"id": 9}))
        done = self.furnace("price", "withdraw", "9")
        self.assertEqual((0, "price 9 is withdrawn\n"), (done.returncode, done.stdout), done.stderr)

    def test_terms_are_added_listed_and_ended(self):
        self.answer("POST /v1/price-terms", (200, {"id": 3, "effective_from": HOUR}))
        done = self.furnace("price", "terms", "add", "graduated", "--unit", "gpu_second", "--tier", "0:0.00012",
                            "--tier", "36000:0.0001")
        self.assertEqual((0, f"term 3: from {SHOWN} on\n"), (done.returncode, done.stdout), done.stderr)
        self.assertEqual({"kind": "GRADUATED", "unit": "GPU_SECOND",
                          "tiers": [{"from": 0, "nanos": 120000}, {"from": 36000, "nanos": 100000}]}, self.asked())
        self.answer("GET /v1/price-terms", (200, {"terms": [
            {"id": 3, "kind": "ALLOWANCE", "unit": "INVOCATION", "quantity": 100000}]}))
        self.assertIn("100000 free", self.furnace("price", "terms", "list").stdout)
        self.answer("POST /v1/price-terms/3/end", (200, {"id": 3, "effective_until": HOUR}))
        self.assertEqual(f"term 3: until {SHOWN}\n", self.furnace("price", "terms", "end", "3").stdout)
        self.assertEqual(2, self.furnace("price", "terms", "add", "volume", "--tier", "x").returncode)

    def test_a_ledger_is_corrected(self):
        self.answer("POST /v1/ledger/corrections", *[(200, {"id": "i", "amount_nanos": -1500000000,
                                                            "transaction": 7})] * 2)
        done = self.furnace("ledger", "correct", PROJECT, "--amount=-1.50", "--reason", "outage")
        self.assertEqual((0, "correction i: -$1.50 in transaction 7\n"), (done.returncode, done.stdout), done.stderr)
        self.assertEqual((PROJECT, -1500000000), (self.asked()["project_id"], self.asked()["amount_nanos"]))
        self.assertEqual(0, self.furnace("ledger", "correct", PROJECT, "--job", JOB, "--reason", "x").returncode)
        self.assertEqual((JOB, 1, False), (self.asked()["job_id"], self.asked()["epoch"],
                                           "amount_nanos" in self.asked()))
        for wrong in (["--amount", "0"], ["--amount", "x"]):
            self.assertEqual(2, self.furnace("ledger", "correct", PROJECT, "--reason", "x", *wrong).returncode)

    def test_usage_is_rated_again_page_by_page(self):
        self.answer("POST /v1/ledger/rerate",
                    (200, {"records": 20000, "changed": 5, "difference_nanos": -10, "next_page_token": "t"}),
                    (200, {"records": 3}))
        done = self.furnace("ledger", "rerate", PROJECT, "--from", HOUR, "--to", HOUR)
        self.assertEqual((0, "5 of 20003 records are rated anew: -$0.00000001\n"), (done.returncode, done.stdout),
                         done.stderr)
        self.assertEqual("t", self.asked()["page_token"])


if __name__ == "__main__":
    commands_test.FURNACE = furnace_binary()
    unittest.main()
