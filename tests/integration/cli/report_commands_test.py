#!/usr/bin/python3
"""`furnace report` against a fake gateway: what it asks and what it prints.

usage: report_commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import unittest

import commands_test
from dev_harness import furnace_binary


class ReportCommandsTest(commands_test.CommandsCase):
    """See the module."""

    def test_a_cost_report_shows_its_groups_and_what_a_job_costs(self):
        row = {"time": "2026-11-21T00:00:00Z", "tag_value": "red", "gpu_time_us": 1500000, "invocations": 2,
               "cost_nanos": 290000, "jobs": 2, "nanos_per_job": 145000}
        self.answer("GET /v1/reports/cost", (200, {"rows": [row], "total": row}))
        done = self.furnace("report", "cost", "--by", "day,tag:team", "--jobs", "--kind", "attempt", "--top", "5")
        for text in ("DAY", "TAG", "red", "$0.00029", "$0.000145", "total"):
            self.assertIn(text, done.stdout)
        self.assertEqual("/v1/reports/cost?group_by=DAY&group_by=TAG&tag=team&kind=ATTEMPT&count_jobs=true"
                         "&dearest_first=true&page_size=5", self.gateway.requests[0][1])

    def test_a_cost_report_shows_tokens_where_there_are_any(self):
        rows = [{"api_key_id": "k-1", "cost_nanos": 290000, "tokens": 2000, "nanos_per_1000_tokens": 145000},
                {"cost_nanos": 10000}]
        total = {"cost_nanos": 300000, "tokens": 2000, "nanos_per_1000_tokens": 150000}
        self.answer("GET /v1/reports/cost", (200, {"rows": rows, "total": total}),
                    (200, {"rows": rows[1:], "total": rows[1]}))
        done = self.furnace("report", "cost", "--by", "api_key", "--key", "k-1", "--tag", "team=red")
        heading, first, second, last = done.stdout.splitlines()
        self.assertIn("1,000 TOKENS", heading)
        self.assertIn("API KEY", heading)
        self.assertEqual(["k-1", "2000", "$0.000145"], [first.split()[at] for at in (0, -2, -1)])
        self.assertEqual(["-", "0", "-"], [second.split()[at] for at in (0, -2, -1)])
        self.assertEqual(["total", "2000", "$0.00015"], [last.split()[at] for at in (0, -2, -1)])
        self.assertEqual("/v1/reports/cost?group_by=API_KEY&tagged=team%3Dred&api_key_id=k-1&page_size=1000",
                         self.gateway.requests[0][1])
        self.assertNotIn("TOKENS", self.furnace("report", "cost", "--by", "api_key").stdout)

    def test_a_report_by_something_else_is_a_usage_error(self):
        for group in ("colour", "tag", "hour:x"):
            done = self.furnace("report", "cost", "--by", group)
            self.assertEqual((2, f"furnace: --by: {group} is not a group\n"), (done.returncode, done.stderr))

    def test_an_estimate_shows_its_range(self):
        self.answer("POST /v1/reports/estimate", (200, {"low_nanos": 1, "high_nanos": 2, "rows": [
            {"gpu_type": "rtx4000", "gpu_milli": 1000, "priced": True, "low_nanos": 290000, "high_nanos": 310000,
             "low_execution_us": 1000000, "high_execution_us": 2000000, "observed": 7},
            {"gpu_type": "odd", "gpu_milli": 1000}]}))
        done = self.furnace("report", "estimate", "--gpu", "rtx4000,odd", "--time", "1m30s", "--jobs", "10")
        for text in ("$0.00029 to $0.00031", "1.0 s to 2.0 s", "7 past jobs", "no price"):
            self.assertIn(text, done.stdout)
        self.assertEqual({"jobs": 10, "gpu_types": ["rtx4000", "odd"], "execution_us": 90000000},
                         json.loads(self.gateway.requests[0][2]))

    def test_a_forecast_says_when_it_knows_too_little(self):
        self.answer("GET /v1/reports/forecast",
                    (200, {"month_to_date_nanos": 290000, "insufficient_history": True}),
                    (200, {"month_to_date_nanos": 1000000, "low_nanos": 2000000, "likely_nanos": 3000000,
                           "high_nanos": 4000000, "periods": 4, "period_hours": 168}))
        self.assertIn("less than 7 days of usage", self.furnace("report", "forecast").stdout)
        shown = self.furnace("report", "forecast").stdout
        self.assertIn("$0.003 ($0.002 to $0.004)", shown)
        self.assertIn("4 weeks", shown)


if __name__ == "__main__":
    commands_test.FURNACE = furnace_binary()
    unittest.main(verbosity=2)
