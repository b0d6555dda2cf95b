"""furnace.Client.budgets against a fake gateway."""

import unittest

import test_client


class BudgetsTest(test_client.GatewayCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def test_create_and_update_send_the_spec(self):
        self.will_answer_each({"id": "b"}, {"id": "b"})
        self.assertEqual(
            self.client.budgets.create("m", "MONTH", limit_nanos=5, hard_stop=True), {"id": "b"}
        )
        self.client.budgets.update("b/1", "m", "MONTH", limit_nanos=6)
        created, updated = self.requests
        self.assertEqual((created.method, created.path), ("POST", "/v1/budgets"))
        self.assertEqual(
            created.json(), {"name": "m", "window": "MONTH", "limit_nanos": 5, "hard_stop": True}
        )
        self.assertEqual((updated.method, updated.path), ("PUT", "/v1/budgets/b%2F1"))
        self.assertEqual(updated.json(), {"name": "m", "window": "MONTH", "limit_nanos": 6})

    def test_a_budget_may_be_of_an_api_key(self):
        self.will_answer(200, {"id": "b", "spec": {"api_key_id": "k"}})
        budget = self.client.budgets.create("m", "DAY", limit_nanos=5, api_key_id="k")
        self.assertEqual(budget["spec"]["api_key_id"], "k")
        body = {"name": "m", "window": "DAY", "limit_nanos": 5, "api_key_id": "k"}
        self.assertEqual(self.requests[0].json(), body)

    def test_lists_are_empty_when_there_is_nothing(self):
        self.will_answer_each({}, {}, {"budgets": [{"id": "b"}]})
        self.assertEqual(self.client.budgets.list(), [])
        self.assertEqual(self.client.budgets.alerts("b"), [])
        self.assertEqual(self.client.budgets.list(), [{"id": "b"}])
        self.assertEqual(self.requests[1].path, "/v1/budgets/b/alerts")

    def test_get_and_delete_name_the_budget(self):
        self.will_answer_each({"id": "b"}, {"id": "b"})
        self.client.budgets.get("b")
        self.client.budgets.delete("b")
        self.assertEqual(
            [(each.method, each.path) for each in self.requests],
            [("GET", "/v1/budgets/b"), ("DELETE", "/v1/budgets/b")],
        )


if __name__ == "__main__":
    unittest.main()
