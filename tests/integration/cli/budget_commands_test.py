#!/usr/bin/python3
"""`furnace budget` against a fake gateway: what it asks and what it prints.

usage: budget_commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import unittest

import commands_test
from dev_harness import furnace_binary

ID = "0190aaaa-0000-7000-8000-000000000001"
BUDGET = {"id": ID, "spent": 1_250_000_000, "window_start": "2026-11-01T00:00:00Z",
          "window_end": "2026-12-01T00:00:00Z",
          "spec": {"name": "monthly", "limit_nanos": 5_000_000_000, "window": "MONTH", "hard_stop": True}}


class BudgetCommandsTest(commands_test.CommandsCase):
    """See the module."""

    def test_a_budget_is_created_in_cents_and_shown_in_dollars(self):
        self.gateway.answers["POST /v1/budgets"] = [(200, BUDGET)]
        done = self.furnace("budget", "create", "--name", "monthly", "--limit-cents", "500", "--hard-stop",
                            "--threshold", "50", "--threshold", "90", "--webhook", "https://example.com")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"name": "monthly", "limit_nanos": 5_000_000_000, "window": "MONTH",
                          "thresholds": [50, 90], "hard_stop": True, "webhook": "https://example.com"},
                         json.loads(self.gateway.requests[0][2]))
        self.assertIn("$5.00 a MONTH", done.stdout)
        self.assertIn("$1.25", done.stdout)

    def test_gpu_time_is_given_in_minutes(self):
        self.gateway.answers[f"PUT /v1/budgets/{ID}"] = [(200, BUDGET)]
        done = self.furnace("budget", "update", ID, "--name", "m", "--limit-gpu-minutes", "2", "--window", "day")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"name": "m", "limit_gpu_time_us": 120_000_000, "window": "DAY"},
                         json.loads(self.gateway.requests[0][2]))

    def test_budgets_are_listed_with_what_is_spent(self):
        self.gateway.answers["GET /v1/budgets"] = [(200, {"budgets": [BUDGET]})]
        done = self.furnace("budget", "list")
        self.assertEqual(["monthly", ID, "project", "MONTH", "$5.00", "$1.25", "yes"],
                         done.stdout.splitlines()[1].split())

    def test_a_budget_of_an_api_key_names_it(self):
        of_key = {**BUDGET, "spec": {**BUDGET["spec"], "api_key_id": "k-1"}}
        of_both = {**BUDGET, "spec": {**of_key["spec"], "endpoint_id": "e-1"}}
        self.gateway.answers["POST /v1/budgets"] = [(200, of_key)]
        done = self.furnace("budget", "create", "--name", "monthly", "--limit-cents", "500", "--key", "k-1")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"name": "monthly", "limit_nanos": 5_000_000_000, "window": "MONTH", "api_key_id": "k-1"},
                         json.loads(self.gateway.requests[0][2]))
        self.assertEqual("Bearer fk_test", self.gateway.requests[0][3])
        self.assertIn("key k-1\n", done.stdout)
        self.gateway.answers["GET /v1/budgets"] = [(200, {"budgets": [of_key, of_both]})]
        listed = self.furnace("budget", "list").stdout.splitlines()
        self.assertIn("key k-1", listed[1])
        self.assertIn("key k-1 at e-1", listed[2])

    def test_alerts_are_listed(self):
        self.gateway.answers[f"GET /v1/budgets/{ID}/alerts"] = [(200, {"alerts": [
            {"window_start": "2026-11-01T00:00:00Z", "threshold": 80, "created_at": "2026-11-21T00:00:00Z",
             "attempts": 3, "last_error": "answered with 500"}]})]
        done = self.furnace("budget", "alerts", ID)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("80 %", done.stdout)
        self.assertIn("answered with 500", done.stdout)

    def test_a_limit_is_needed_and_only_one(self):
        for limits in ([], ["--limit-cents", "1", "--limit-gpu-minutes", "1"], ["--limit-cents", "0"]):
            with self.subTest(limits=limits):
                self.assertNotEqual(0, self.furnace("budget", "create", "--name", "m", *limits).returncode)
        self.assertEqual([], self.gateway.requests)


if __name__ == "__main__":
    commands_test.FURNACE = furnace_binary()
    unittest.main()
