#!/usr/bin/python3
"""`furnace webhook` against a fake gateway.

usage: webhook_commands_test.py FURNACE_BINARY [unittest arguments]
"""

import json
import unittest

import commands_test
from commands_test import ENDPOINT, JOB
from dev_harness import furnace_binary

WEBHOOK = {"id": "a.1", "event": "job.done", "subject": JOB, "url": "http://a/b", "status": "FAILED",
           "attempts": 17, "last_error": "answered with 503"}


class WebhookCommandsTest(commands_test.CommandsCase):
    """See the module."""

    def test_webhooks_are_listed_shown_and_redriven(self):
        self.answer("GET /v1/webhooks", (200, {"webhooks": [WEBHOOK]}))
        self.answer("GET /v1/webhooks/a.1", (200, WEBHOOK))
        self.answer("POST /v1/webhooks/a.1/redrive", (200, {**WEBHOOK, "status": "PENDING"}))
        self.answer("POST /v1/webhooks/redrive", (200, {"redriven": 1000}), (200, {"redriven": 7}),
                    (200, {"redriven": 0}))
        self.answer("GET /v1/webhooks/secret", (200, {"secret": "whsec_x"}))
        for arguments, word in ((("list", "--status", "failed", "--about", JOB), "answered with 503"),
                                (("get", "a.1"), "17"), (("redrive", "a.1"), "a.1 is PENDING"),
                                (("redrive", "--failed"), "redrove 1007 webhooks"), (("secret",), "whsec_x")):
            ended = self.furnace("webhook", *arguments)
            self.assertEqual(0, ended.returncode, ended.stderr)
            self.assertIn(word, ended.stdout)

    def test_what_to_redrive_has_to_be_said_once(self):
        for arguments in ((), ("a.1", "--failed")):
            self.assertEqual(2, self.furnace("webhook", "redrive", *arguments).returncode)
        self.assertEqual([], self.gateway.requests)

    def test_a_job_and_an_endpoint_may_name_one(self):
        self.answer(f"POST /v1/endpoints/{ENDPOINT}/run", (200, commands_test.job("IN_QUEUE")))
        ended = self.furnace("run", ENDPOINT, "--input", "1", "--no-wait", "--webhook", "http://a",
                             "--webhook-format", "runpod")
        self.assertEqual(0, ended.returncode, ended.stderr)
        self.assertEqual({"webhook": {"url": "http://a", "format": "RUNPOD"}},
                         json.loads(self.gateway.requests[-1][2])["options"])
        shown = commands_test.endpoint()
        shown["spec"]["webhook"] = {"url": "http://b", "format": "FURNACE"}
        self.answer("POST /v1/endpoints", (200, shown))
        ended = self.furnace("endpoint", "create", "--name", "up", "--image", "file:///x", "--webhook", "http://b")
        self.assertIn("http://b FURNACE", ended.stdout)
        self.assertEqual({"url": "http://b"}, json.loads(self.gateway.requests[-1][2])["webhook"])
        self.assertEqual(2, self.furnace("run", ENDPOINT, "--input", "1", "--webhook-format", "RUNPOD").returncode)


if __name__ == "__main__":
    commands_test.FURNACE = furnace_binary()
    unittest.main(verbosity=2)
