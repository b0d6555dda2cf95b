#!/usr/bin/python3
"""Tags of jobs on the command line, against a fake gateway: what it asks and what it prints.

usage: tag_commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import unittest

import commands_test
from commands_test import BATCH, ENDPOINT, JOB, SCHEDULE, job
from dev_harness import furnace_binary

TAGS = ("--tag", "team=red", "--tag", "run=a=b")
SENT = {"team": "red", "run": "a=b"}


class TagCommandsTest(commands_test.CommandsCase):
    """See the module."""

    def sent(self) -> dict:
        """The body of the latest request."""
        return json.loads(self.gateway.requests[-1][2])

    def test_a_job_is_sent_with_its_tags(self):
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/run", (200, job("IN_QUEUE")))
        done = self.furnace("run", ENDPOINT, "--input", "1", "--no-wait", *TAGS)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"input": 1, "priority": 0, "options": {"tags": SENT}}, self.sent())

    def test_each_job_of_a_batch_has_them(self):
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/batch", (200, {"job_ids": [JOB], "batch_id": BATCH}))
        done = self.furnace("batch", "run", ENDPOINT, "-", "--no-wait", *TAGS, stdin="1\n2\n")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"jobs": [{"input": value, "options": {"tags": SENT}} for value in (1, 2)]}, self.sent())

    def test_a_schedule_gives_them_to_its_jobs(self):
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/schedules", (200, {"id": SCHEDULE, "spec": {"name": "n"}}))
        done = self.furnace("schedule", "create", ENDPOINT, "--name", "n", "--cron", "@daily", "--input", "1", *TAGS)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"tags": SENT}, self.sent()["options"])

    def test_a_job_shows_its_tags_and_its_key(self):
        self.answer(f"GET /v1/jobs/{JOB}", (200, job("COMPLETED", tags={"team": "red"}, api_key_id="k-1")),
                    (200, job("COMPLETED", tags={})))
        shown = self.furnace("job", "get", JOB).stdout
        self.assertRegex(shown, r"tags +\{.*team.*red.*\}")
        self.assertRegex(shown, r"api_key_id +k-1")
        shown = self.furnace("job", "get", JOB).stdout
        self.assertNotIn("tags", shown)
        self.assertNotIn("api_key_id", shown)

    def test_a_tag_without_a_value_is_a_usage_error(self):
        done = self.furnace("run", ENDPOINT, "--input", "1", "--tag", "team")
        self.assertEqual(2, done.returncode)
        self.assertIn("NAME=VALUE", done.stderr)
        self.assertEqual([], self.gateway.requests)


if __name__ == "__main__":
    commands_test.FURNACE = furnace_binary()
    unittest.main(verbosity=2)
