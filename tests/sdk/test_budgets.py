"""furnace.Client.budgets against a fake gateway."""

import json
import unittest

import fake_server
import furnace


class BudgetsTest(unittest.TestCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def setUp(self):
        self.answers = []
        self.requests = []
        self.server = fake_server.FakeServer(self.answer)
        self.addCleanup(self.server.close)
        self.client = furnace.Client(self.server.url, "secret")
        self.addCleanup(self.client.close)

    def answer(self, request: fake_server.Request) -> fake_server.Answer:
        """Keeps a request and returns the next answer."""
        self.requests.append(request)
        return 200, json.dumps(self.answers.pop(0)).encode()

    def test_create_and_update_send_the_spec(self):
        self.answers += [{"id": "b"}, {"id": "b"}]
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

    def test_lists_are_empty_when_there_is_nothing(self):
        self.answers += [{}, {}, {"budgets": [{"id": "b"}]}]
        self.assertEqual(self.client.budgets.list(), [])
        self.assertEqual(self.client.budgets.alerts("b"), [])
        self.assertEqual(self.client.budgets.list(), [{"id": "b"}])
        self.assertEqual(self.requests[1].path, "/v1/budgets/b/alerts")

    def test_get_and_delete_name_the_budget(self):
        self.answers += [{"id": "b"}, {"id": "b"}]
        self.client.budgets.get("b")
        self.client.budgets.delete("b")
        self.assertEqual(
            [(each.method, each.path) for each in self.requests],
            [("GET", "/v1/budgets/b"), ("DELETE", "/v1/budgets/b")],
        )


if __name__ == "__main__":
    unittest.main()
