#!/usr/bin/python3
"""`furnace credit` and `furnace subsidy` against a fake gateway: what they ask and what they print.

usage: credit_commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import unittest

import commands_test
from dev_harness import furnace_binary

PROJECT = "0190aaaa-0000-7000-8000-000000000001"
GRANT = {"id": "0190bbbb-0000-7000-8000-000000000002", "project_id": PROJECT,
         "spec": {"amount_nanos": 5_000_000_000, "priority": 1, "valid_until": "2030-01-01T00:00:00Z",
                  "reason": "prepaid"},
         "used_nanos": 1_500_000_000, "left_nanos": 3_500_000_000}


class CreditCommandsTest(commands_test.CommandsCase):
    """See the module."""

    def furnace(self, *arguments, expect=0):
        """Runs `furnace`, which ends with this status; the finished process."""
        done = super().furnace(*arguments)
        self.assertEqual(expect, done.returncode, done.stderr)
        return done

    def body(self):
        """The last request's."""
        return json.loads(self.gateway.requests[-1][2])

    def test_grants_are_listed_with_what_is_left(self):
        self.answer("GET /v1/credits/grants", (200, {"grants": [GRANT]}))
        lines = self.furnace("credit", "list").stdout.splitlines()
        self.assertEqual([GRANT["id"], "1", "2030-01-01", "00:00:00Z", "$5.00", "$1.50", "$0.00", "$3.50", "prepaid"],
                         lines[1].split())

    def test_a_grant_is_given_in_dollars(self):
        self.answer("POST /v1/credits/grants", (200, GRANT))
        self.furnace("credit", "grant", PROJECT, "--usd", "5", "--until", "2030-01-01T00:00:00Z", "--reason",
                     "prepaid", "--key", "order-7", "--gpu", "h100")
        self.assertEqual({"project_id": PROJECT, "idempotency_key": "order-7", "spec": {
            "amount_nanos": 5_000_000_000, "priority": 0, "valid_until": "2030-01-01T00:00:00Z",
            "gpu_types": ["h100"], "reason": "prepaid"}}, self.body())
        self.furnace("credit", "grant", PROJECT, "--usd", "5.0000000001", "--until", "2030-01-01T00:00:00Z",
                     "--reason", "x", expect=2)

    def test_a_grant_is_voided(self):
        self.answer(f"POST /v1/credits/grants/{GRANT['id']}/void", (200, {**GRANT, "voided_nanos": 3_500_000_000}))
        done = self.furnace("credit", "void", GRANT["id"], "--reason", "a mistake")
        self.assertEqual("$3.50 taken back\n", done.stdout)
        self.assertEqual({"reason": "a mistake"}, self.body())

    def test_a_period_is_shown_with_who_pays(self):
        self.answer("GET /v1/credits/preview", (200, {
            "charges_nanos": 2_000_000_000, "due_nanos": 500_000_000, "adjustments": [
                {"kind": "credit", "description": "Credit: prepaid", "amount_nanos": -1_500_000_000}]}))
        text = self.furnace("credit", "preview").stdout
        self.assertIn("Credit: prepaid", text)
        self.assertIn("-$1.50", text)
        self.assertEqual(["Due", "$0.50"], text.splitlines()[-1].split())

    def test_a_policy_is_set_and_listed(self):
        policy = {"name": "research", "percent_bp": 5000, "max_gpu_seconds": 360_000,
                  "conditions": ["reputation >= 50", "grant_active = true"]}
        self.answer("PUT /v1/subsidies/research", (200, policy))
        self.furnace("subsidy", "set", "research", "--when", "reputation >= 50", "--when", "grant_active = true",
                     "--percent", "50", "--gpu-hours", "100")
        sent = self.body()["policy"]
        self.assertEqual((["reputation >= 50", "grant_active = true"], 5000, 360_000),
                         (sent["conditions"], sent["percent_bp"], sent["max_gpu_seconds"]))
        self.answer("GET /v1/subsidies", (200, {"policies": [policy]}))
        self.assertIn("reputation >= 50 and grant_active = true", self.furnace("subsidy", "list").stdout)

    def test_decisions_and_attributes_are_shown(self):
        self.answer("GET /v1/subsidy-decisions", (200, {"decisions": [
            {"id": 7, "decider": "fallback", "note": "answered 500", "result": {"awards": []}}]}))
        text = self.furnace("subsidy", "decisions").stdout
        self.assertIn('{"awards":', text)
        self.assertIn("answered 500", text)
        path = f"/v1/projects/{PROJECT}/attributes"
        self.answer(f"PUT {path}", (200, {"attributes": {"reputation": "60"}}))
        self.furnace("subsidy", "know", PROJECT, "reputation=60", "grant_active=true")
        self.assertEqual({"attributes": {"reputation": "60", "grant_active": "true"}}, self.body())
        self.furnace("subsidy", "know", PROJECT, "reputation", expect=2)
        self.answer(f"GET {path}", (200, {"history": [{"attributes": {"reputation": "60"}}]}))
        self.assertIn("reputation", self.furnace("subsidy", "known", PROJECT).stdout)


if __name__ == "__main__":
    commands_test.FURNACE = furnace_binary()
    unittest.main()
