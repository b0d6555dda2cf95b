"""furnace.Client.credits."""

import unittest
from datetime import datetime, timezone

import test_client


class CreditsTest(test_client.GatewayCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def test_grants_are_listed(self):
        self.will_answer(200, {"grants": [{"id": "g", "left_nanos": 5}]})
        self.assertEqual(self.client.credits.list(), [{"id": "g", "left_nanos": 5}])
        self.will_answer(200, {})
        self.assertEqual(self.client.credits.list(), [])
        self.assertEqual(self.requests[0].path, "/v1/credits/grants")

    def test_a_period_is_looked_ahead_to(self):
        self.will_answer(200, {"charges_nanos": 7, "due_nanos": 2})
        preview = self.client.credits.preview(datetime(2026, 3, 1, tzinfo=timezone.utc))
        self.assertEqual(preview["due_nanos"], 2)
        self.assertEqual(self.requests[0].path, "/v1/credits/preview")
        self.assertEqual(self.requests[0].query["start_time"], "2026-03-01T00:00:00+00:00")
        with self.assertRaises(ValueError):
            self.client.credits.preview(datetime(2026, 3, 1))

    def test_what_is_known_and_was_decided_is_listed(self):
        self.will_answer(200, {"history": [{"attributes": {"tier": "gold"}}]})
        self.assertEqual(self.client.credits.attributes(), [{"attributes": {"tier": "gold"}}])
        self.will_answer(200, {"decisions": [{"id": 2}], "next_page_token": "t"})
        self.will_answer(200, {"decisions": [{"id": 1}]})
        self.assertEqual([one["id"] for one in self.client.credits.decisions()], [2, 1])
        self.assertEqual(self.requests[2].query["page_token"], "t")


if __name__ == "__main__":
    unittest.main()
