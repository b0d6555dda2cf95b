"""furnace.invoices."""

import unittest
from datetime import datetime, timezone

import furnace
import test_client

INVOICE = "0190aaaa-0000-7000-8000-000000000001"


class InvoicesTest(test_client.GatewayCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def test_they_are_listed_over_all_pages(self):
        self.will_answer(200, {"invoices": [{"number": 2}], "next_page_token": "7"})
        self.will_answer(200, {"invoices": [{"number": 1}]})
        self.assertEqual([one["number"] for one in self.client.invoices.list()], [2, 1])
        self.assertEqual(self.requests[0].path, "/v1/invoices")
        self.assertEqual(self.requests[1].query["page_token"], "7")

    def test_one_is_got_by_its_id(self):
        self.will_answer(200, {"id": INVOICE})
        self.assertEqual(self.client.invoices.get(INVOICE), {"id": INVOICE})
        self.assertEqual(self.requests[0].path, "/v1/invoices/" + INVOICE)

    def test_a_draft_is_of_a_month_or_of_whole_hours(self):
        for _ in range(3):
            self.will_answer(200, {"status": "DRAFT"})
        self.client.invoices.draft()
        self.client.invoices.draft(month="2026-03")
        hour = datetime(2026, 3, 1, 10, tzinfo=timezone.utc)
        self.client.invoices.draft(start_time=hour, end_time="2026-03-01T11:00:00Z")
        self.assertEqual([request.path for request in self.requests], ["/v1/invoices/draft"] * 3)
        self.assertEqual(self.requests[0].query, {})
        self.assertEqual(self.requests[1].query, {"month": "2026-03"})
        self.assertEqual(self.requests[2].query["end_time"], "2026-03-01T11:00:00Z")
        self.assertTrue(self.requests[2].query["start_time"].startswith("2026-03-01T10:00:00"))

    def test_a_document_is_what_came(self):
        self.answers.append((200, b"a,b\r\n1,2\r\n"))
        self.assertEqual(self.client.invoices.document(INVOICE, "CSV"), b"a,b\r\n1,2\r\n")
        self.assertEqual(self.requests[0].path, f"/v1/invoices/{INVOICE}/document")
        self.assertEqual(self.requests[0].query, {"format": "CSV"})

    def test_a_document_that_is_not_there_is_an_error(self):
        self.will_answer(404, {"error": "no invoice", "code": "NOT_FOUND"})
        with self.assertRaises(furnace.FurnaceError) as caught:
            self.client.invoices.document(INVOICE, "HTML")
        self.assertEqual(caught.exception.code, "NOT_FOUND")

    def test_an_audit_returns_what_differs(self):
        self.will_answer(200, {"lines": 3, "differences": ["total is 1, not 2"]})
        self.assertEqual(self.client.invoices.audit(INVOICE), ["total is 1, not 2"])
        self.assertEqual(self.requests[0].path, f"/v1/invoices/{INVOICE}/audit")


if __name__ == "__main__":
    unittest.main()
