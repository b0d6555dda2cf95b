#!/usr/bin/python3
"""`furnace sink` against a fake gateway: what it asks and what it prints.

usage: sink_commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import unittest

import commands_test
from dev_harness import furnace_binary

PROJECT = "0190aaaa-0000-7000-8000-000000000001"
ACCOUNT = "0190bbbb-0000-7000-8000-000000000002"


class SinkCommandsTest(commands_test.CommandsCase):
    """See the module."""

    def test_sinks_are_listed_with_what_waits_for_them(self):
        self.answer("GET /v1/sinks", (200, {"sinks": [
            {"name": "waybill", "cursor": 9, "delivered_events": 41, "held_records": 3,
             "lag_seconds": 75, "last_error": "answered 503"}]}))
        done = self.furnace("sink", "list")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(["waybill", "41", "0", "3", "0", "75", "s", "answered", "503"],
                         done.stdout.splitlines()[1].split())

    def test_poisoned_events_are_redriven_by_key_or_all(self):
        path = "POST /v1/sinks/waybill/redrive"
        self.answer(path, (200, {"redriven": 1}), (200, {"redriven": 7}))
        done = self.furnace("sink", "redrive", "waybill", "furnace:x:0")
        self.assertEqual((0, "1 events are sent again\n"), (done.returncode, done.stdout), done.stderr)
        done = self.furnace("sink", "redrive", "waybill", "--all")
        self.assertEqual((0, "7 events are sent again\n"), (done.returncode, done.stdout), done.stderr)
        self.assertEqual([{"keys": ["furnace:x:0"]}, {"all": True}],
                         [json.loads(request[2]) for request in self.gateway.requests])
        for wrong in ([], ["furnace:x:0", "--all"]):
            self.assertEqual(2, self.furnace("sink", "redrive", "waybill", *wrong).returncode)

    def test_a_project_is_named_to_a_sink(self):
        self.answer(f"PUT /v1/sinks/waybill/projects/{PROJECT}",
                    (200, {"project_id": PROJECT, "account_id": ACCOUNT}))
        done = self.furnace("sink", "project", "set", "waybill", PROJECT, ACCOUNT)
        self.assertEqual((0, f"{PROJECT} is {ACCOUNT} in waybill\n"), (done.returncode, done.stdout), done.stderr)
        self.assertEqual({"account_id": ACCOUNT}, json.loads(self.gateway.requests[0][2]))

    def test_poisoned_events_and_projects_are_listed_over_all_pages(self):
        event = {"key": "furnace:x:0", "event_type": "gpu.usage", "attempts": 2, "error": "answered 400"}
        self.answer("GET /v1/sinks/waybill/poisoned", (200, {"events": [event], "next_page_token": "p2"}),
                    (200, {"events": [event]}))
        done = self.furnace("sink", "poisoned", "waybill")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(2, done.stdout.count("answered 400"))
        self.assertIn("page_token=p2", self.gateway.requests[1][1])
        self.answer("GET /v1/sinks/lago/projects",
                    (200, {"projects": [{"project_id": PROJECT, "account_id": "sub 17"}]}))
        done = self.furnace("sink", "project", "list", "lago")
        self.assertEqual([PROJECT, "sub", "17"], done.stdout.splitlines()[1].split())


if __name__ == "__main__":
    commands_test.FURNACE = furnace_binary()
    unittest.main()
