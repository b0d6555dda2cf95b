"""furnace.webhooks."""

import unittest
from unittest import mock

import test_client
from furnace import webhooks

# The example of the Standard Webhooks specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SENT = 1614265330
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(SENT),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


class VerifyTest(unittest.TestCase):
    """At the time of the example."""

    def setUp(self):
        clock = mock.patch("time.time", return_value=SENT + 10)
        clock.start()
        self.addCleanup(clock.stop)

    def test_the_standards_example_is_genuine(self):
        self.assertTrue(webhooks.verify(SECRET, HEADERS, BODY))
        headers = {name.title(): value for name, value in HEADERS.items()}
        headers["Webhook-Signature"] = "v1,AAAA v2,x " + HEADERS["webhook-signature"]
        self.assertTrue(webhooks.verify(SECRET, headers, BODY))

    def test_all_else_is_not(self):
        for change in ({"webhook-id": "other"}, {"webhook-timestamp": str(SENT + 1)}, {"webhook-timestamp": "x"},
                       {"webhook-signature": ""}, {"webhook-signature": "v1,AAAA"},
                       {"webhook-signature": "v1,\xe4"}):
            with self.subTest(change):
                self.assertFalse(webhooks.verify(SECRET, {**HEADERS, **change}, BODY))
        self.assertFalse(webhooks.verify(SECRET, HEADERS, BODY + b" "))
        self.assertFalse(webhooks.verify("whsec_AAAA", HEADERS, BODY))
        self.assertFalse(webhooks.verify(SECRET, {}, BODY))

    def test_an_old_one_is_not(self):
        with mock.patch("time.time", return_value=SENT + 301):
            self.assertFalse(webhooks.verify(SECRET, HEADERS, BODY))


class WebhooksTest(test_client.GatewayCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def test_they_are_listed_over_all_pages(self):
        self.will_answer(200, {"webhooks": [{"id": "b.1"}], "next_page_token": "7"})
        self.will_answer(200, {"webhooks": [{"id": "a.1"}]})
        listed = list(self.client.webhooks.list(status="FAILED", subject="job-1"))
        self.assertEqual(listed, [{"id": "b.1"}, {"id": "a.1"}])
        self.assertEqual(self.requests[0].path, "/v1/webhooks")
        self.assertEqual(self.requests[0].query["status"], "FAILED")
        self.assertEqual(self.requests[0].query["subject"], "job-1")
        self.assertEqual(self.requests[1].query["page_token"], "7")

    def test_one_is_shown_and_sent_again(self):
        self.will_answer(200, {"id": "a.1", "body": {"x": 1}})
        self.assertEqual(self.client.webhooks.get("a/1")["body"], {"x": 1})
        self.will_answer(200, {"id": "a.1", "status": "PENDING"})
        self.assertEqual(self.client.webhooks.redrive("a.1")["status"], "PENDING")
        self.will_answer(200, {"redriven": 3})
        self.assertEqual(self.client.webhooks.redrive_failed(), 3)
        self.assertEqual([(request.method, request.path) for request in self.requests],
                         [("GET", "/v1/webhooks/a%2F1"), ("POST", "/v1/webhooks/a.1/redrive"),
                          ("POST", "/v1/webhooks/redrive")])

    def test_a_job_may_name_one(self):
        for webhook, sent in (("http://a", {"url": "http://a"}),
                              ({"url": "http://a", "format": "RUNPOD"}, {"url": "http://a", "format": "RUNPOD"})):
            self.will_answer(200, {"id": "job-1"})
            self.client.run("ep", 1, webhook=webhook)
            self.assertEqual(self.requests.pop().json()["options"], {"webhook": sent})


if __name__ == "__main__":
    unittest.main()
