"""furnace.Client.reports and .sinks against a fake gateway."""

import datetime
import unittest

import test_client


class ReportsTest(test_client.GatewayCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def test_cost_reads_every_page_of_its_groups(self):
        self.will_answer_each(
            {"rows": [{"worker_id": "a"}], "next_page_token": "t"},
            {"rows": [{"worker_id": "b"}]},
        )
        start = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
        rows = self.client.reports.cost(
            ["worker", "tag:team"], start, kind="attempt", count_jobs=True
        )
        self.assertEqual([row["worker_id"] for row in rows], ["a", "b"])
        self.assertEqual(
            self.requests[1].query,
            {
                "group_by": "TAG",  # the last of two
                "tag": "team",
                "start_time": "2026-03-01T00:00:00+00:00",
                "kind": "ATTEMPT",
                "count_jobs": "true",
                "page_size": "200",
                "page_token": "t",
            },
        )

    def test_costs_of_an_api_key_and_its_tokens(self):
        row = {"api_key_id": "k", "tokens": 2000, "nanos_per_1000_tokens": 3}
        self.will_answer(200, {"rows": [row]})
        self.assertEqual([*self.client.reports.cost(["api_key"], api_key_id="k")], [row])
        self.assertEqual(
            self.requests[0].query, {"group_by": "API_KEY", "api_key_id": "k", "page_size": "200"}
        )

    def test_total_is_one_call(self):
        self.will_answer(200, {"total": {"cost_nanos": 5}})
        self.assertEqual(self.client.reports.total(endpoint_id="e"), {"cost_nanos": 5})
        self.assertEqual(self.requests[0].query, {"endpoint_id": "e"})

    def test_estimate_sends_what_is_given(self):
        self.will_answer(200, {"low_nanos": 1})
        estimate = self.client.reports.estimate("e", jobs=3, gpu_types=["rtx4090"])
        self.assertEqual(estimate, {"low_nanos": 1})
        body = {"endpoint_id": "e", "jobs": 3, "gpu_types": ["rtx4090"]}
        self.assertEqual(self.requests[0].json(), body)

    def test_forecast_asks_for_an_endpoint_or_all(self):
        self.will_answer_each({"insufficient_history": True}, {})
        self.assertTrue(self.client.reports.forecast()["insufficient_history"])
        self.client.reports.forecast("e")
        self.assertEqual([r.query for r in self.requests], [{}, {"endpoint_id": "e"}])

    def test_a_time_without_a_zone_is_refused(self):
        with self.assertRaises(ValueError):
            self.client.reports.total(datetime.datetime(2026, 3, 1))

    def test_sinks_are_listed_and_redriven(self):
        self.will_answer_each({"sinks": [{"name": "s3"}]}, {"redriven": 2}, {"redriven": 1})
        self.assertEqual(self.client.sinks.list(), [{"name": "s3"}])
        self.assertEqual(self.client.sinks.redrive("waybill"), 2)
        self.assertEqual(self.client.sinks.redrive("waybill", ["k"]), 1)
        self.assertEqual(
            [r.json() for r in self.requests[1:]], [{"all": True}, {"keys": ["k"]}]
        )
        self.assertEqual(self.requests[1].path, "/v1/sinks/waybill/redrive")

    def test_projects_and_poisoned_events_of_a_sink(self):
        self.will_answer_each({"account_id": "a"}, {"projects": [{"project_id": "p"}]}, {"events": []})
        self.client.sinks.set_project("waybill", "p/1", "a")
        self.assertEqual(
            (self.requests[0].method, self.requests[0].path, self.requests[0].json()),
            ("PUT", "/v1/sinks/waybill/projects/p%2F1", {"account_id": "a"}),
        )
        self.assertEqual([*self.client.sinks.projects("waybill")], [{"project_id": "p"}])
        self.assertEqual([*self.client.sinks.poisoned("waybill")], [])
        self.assertEqual(self.requests[2].path, "/v1/sinks/waybill/poisoned")


if __name__ == "__main__":
    unittest.main()
