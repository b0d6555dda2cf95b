"""furnace.webhooks."""

import unittest
from unittest import mock

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


if __name__ == "__main__":
    unittest.main()
