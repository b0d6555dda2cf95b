"""furnace.Client.schedules against a fake gateway."""

import unittest

import test_client


class SchedulesTest(test_client.GatewayCase):
    """A gateway that gives `answers` in turn and keeps the requests."""

    def test_create_sends_the_spec(self):
        self.will_answer(200, {"id": "s"})
        schedule = self.client.schedules.create(
            "e/p", "report", "0 6 * * *", [1], time_zone="Europe/Berlin", overlap="SKIP"
        )
        self.assertEqual(schedule, {"id": "s"})
        (request,) = self.requests
        self.assertEqual(
            (request.method, request.path), ("POST", "/v1/endpoints/e%2Fp/schedules")
        )
        spec = {
            "name": "report",
            "cron": "0 6 * * *",
            "input": [1],
            "time_zone": "Europe/Berlin",
            "overlap": "SKIP",
        }
        self.assertEqual(request.json(), spec)

    def test_update_replaces_the_spec(self):
        self.will_answer(200, {"id": "s"})
        self.client.schedules.update("s/1", "report", "@daily", None)
        (request,) = self.requests
        self.assertEqual((request.method, request.path), ("PUT", "/v1/schedules/s%2F1"))
        self.assertEqual(request.json(), {"name": "report", "cron": "@daily", "input": None})

    def test_list_reads_every_page(self):
        self.will_answer_each(
            {"schedules": [{"id": "a"}], "next_page_token": "t"},
            {"schedules": [{"id": "b"}]},
        )
        ids = [schedule["id"] for schedule in self.client.schedules.list("ep")]
        self.assertEqual(ids, ["a", "b"])
        self.assertEqual(self.requests[0].path, "/v1/endpoints/ep/schedules")
        self.assertEqual(self.requests[1].query, {"page_size": "200", "page_token": "t"})

    def test_commands_to_a_schedule(self):
        schedules = self.client.schedules
        for call, method, path in (
            (schedules.get, "GET", "/v1/schedules/s"),
            (schedules.delete, "DELETE", "/v1/schedules/s"),
            (schedules.pause, "POST", "/v1/schedules/s/pause"),
            (schedules.resume, "POST", "/v1/schedules/s/resume"),
        ):
            with self.subTest(path):
                self.requests.clear()
                self.will_answer(200, {"id": "s"})
                self.assertEqual(call("s"), {"id": "s"})
                self.assertEqual((self.requests[0].method, self.requests[0].path), (method, path))


if __name__ == "__main__":
    unittest.main()
