#!/usr/bin/python3
"""`furnace project` against a fake gateway: what it asks and what it prints.

usage: project_commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import unittest

import commands_test
from dev_harness import furnace_binary

ID = "0190aaaa-0000-7000-8000-000000000001"
PROJECT = {"id": ID, "name": "team-a", "quota": {"max_concurrent_gpus": 4, "max_requests_per_day": 1000}}


class ProjectCommandsTest(commands_test.CommandsCase):
    """See the module."""

    def test_a_quota_is_set_whole(self):
        self.answer(f"PUT /v1/projects/{ID}/quota", (200, PROJECT))
        done = self.furnace("project", "set-quota", ID, "--concurrent-gpus", "4", "--requests-per-day", "1000")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"max_queued_jobs": 0, "max_concurrent_gpus": 4, "max_requests_per_day": 1000},
                         json.loads(self.gateway.requests[0][2]))

    def test_a_project_sees_its_own_quota(self):
        self.answer("GET /v1/projects/me", (200, PROJECT))
        done = self.furnace("project", "quota")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual([["max_queued_jobs", "-"], ["max_concurrent_gpus", "4"], ["max_requests_per_day", "1000"]],
                         [line.split() for line in done.stdout.splitlines()[1:]])

    def test_a_project_without_a_quota_has_none_of_anything(self):
        self.answer(f"GET /v1/projects/{ID}", (200, {"id": ID, "name": "team-a"}))
        done = self.furnace("project", "quota", ID)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual({"-"}, {line.split()[1] for line in done.stdout.splitlines()[1:]})

    def test_what_is_no_quota_is_not_sent(self):
        for arguments in ([], [ID, "--queued-jobs", "-1"], [ID, "--concurrent-gpus", "many"]):
            with self.subTest(arguments=arguments):
                self.assertNotEqual(0, self.furnace("project", "set-quota", *arguments).returncode)
        self.assertEqual([], self.gateway.requests)


if __name__ == "__main__":
    commands_test.FURNACE = furnace_binary()
    unittest.main()
