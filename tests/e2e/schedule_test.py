#!/usr/bin/env python3
"""Jobs at the times that a cron expression names, over REST with real workers; and one
job for each time, though the scheduler is killed."""

import datetime

import case
import servers


def minute_of(timestamp: str) -> datetime.datetime:
    """The time an answer means."""
    return datetime.datetime.fromisoformat(timestamp)


class ScheduleTest(case.SuiteCase):
    """One endpoint a test; see case.SuiteCase."""

    def schedule(self, endpoint: str, name: str, cron: str, job_input, **spec) -> dict:
        """Creates a schedule that is deleted after the test."""
        answer = self.call("POST", f"/v1/endpoints/{endpoint}/schedules",
                           {"name": name, "cron": cron, "input": job_input, **spec})
        self.addCleanup(self.suite.request, "DELETE", f"/v1/schedules/{answer['id']}")
        return answer

    def get(self, schedule: dict) -> dict:
        """The schedule as it is now."""
        return self.call("GET", f"/v1/schedules/{schedule['id']}")

    def make_due(self, schedules: list, minutes: int) -> datetime.datetime:
        """Makes schedules due as if the scheduler had been away for so many full minutes;
        returns the first of them."""
        ids = ", ".join(f"'{schedule['id']}'" for schedule in schedules)
        first = self.suite.postgres.query(
            f"SELECT extract(epoch FROM date_trunc('minute', now()) - interval '{minutes} minutes')::bigint")
        self.suite.postgres.query("UPDATE scheduler.furnace_schedules SET "
                                  f"next_run_at = to_timestamp({first}) WHERE id IN ({ids}) AND NOT paused")
        return datetime.datetime.fromtimestamp(int(first), datetime.timezone.utc)

    def await_run(self, schedule: dict) -> dict:
        """Polls until the schedule has run."""
        def ran():
            now = self.get(schedule)
            return now if now.get("last_run_at") else None
        return servers.wait_until(ran, f"schedule {schedule['id']} to run", case.JOB_TIMEOUT_S)

    def test_a_schedule_runs_a_job(self):
        endpoint = self.endpoint("cron")
        schedule = self.schedule(endpoint, "report", "* * * * *", {"n": 1}, priority=3,
                                 options={"timeout_seconds": 20})
        self.assertEqual(len(schedule["next_runs"]), 5)
        self.make_due([schedule], 5)
        job = self.complete(self.await_run(schedule)["last_job_id"])
        self.assertEqual((job["output"]["echo"], job["priority"]), ({"n": 1}, 3))
        after = self.get(schedule)
        self.assertGreater(minute_of(after["next_run_at"]), minute_of(after["last_run_at"]))
        jobs = self.pages("/v1/jobs", "jobs", endpoint_id=endpoint)
        self.assertLessEqual(len(jobs), 2, "RUN_ONCE makes up for five missed runs with one")

    def test_schedules_are_changed_paused_and_deleted(self):
        endpoint = self.endpoint("changes")
        first = self.schedule(endpoint, "first", "@yearly", 1, time_zone="Europe/Berlin")
        second = self.schedule(endpoint, "second", "@yearly", 2)
        path = f"/v1/endpoints/{endpoint}/schedules"
        listed = self.pages(path, "schedules", page_size=1)
        self.assertEqual([each["id"] for each in listed], [first["id"], second["id"]])
        self.assertNotIn("input", listed[0]["spec"])
        status, answer = self.suite.request("POST", path, {"name": "first", "cron": "@daily", "input": 1})
        self.assertEqual((status, answer["code"]), (409, "ALREADY_EXISTS"))

        changed = self.call("PUT", f"/v1/schedules/{first['id']}", {"name": "other", "cron": "@daily", "input": [2]})
        self.assertEqual((changed["spec"]["input"], changed["spec"]["time_zone"]), ([2], "UTC"))
        self.assertNotEqual(changed["next_run_at"], first["next_run_at"])
        paused = self.call("POST", f"/v1/schedules/{first['id']}/pause", {})
        self.assertTrue(paused["paused"])
        self.assertNotIn("next_run_at", paused)
        resumed = self.call("POST", f"/v1/schedules/{first['id']}/resume", {})
        self.assertEqual(resumed["next_run_at"], changed["next_run_at"])
        self.call("DELETE", f"/v1/schedules/{first['id']}")
        self.assertEqual(self.suite.request("GET", f"/v1/schedules/{first['id']}")[0], 404)

    def test_a_schedule_of_a_deleted_endpoint_is_paused(self):
        endpoint = self.endpoint("gone")
        schedule = self.schedule(endpoint, "report", "* * * * *", 1, missed_runs="RUN_ALL")
        self.call("DELETE", f"/v1/endpoints/{endpoint}")
        missed = iter(range(1000))

        def paused():
            self.make_due([schedule], next(missed))  # A time that made no job before.
            return self.get(schedule).get("paused")
        servers.wait_until(paused, "the schedule to be paused", case.JOB_TIMEOUT_S)
        self.assertIn("no endpoint", self.get(schedule)["last_error"])

    def test_bad_schedules_are_refused_and_nothing_is_stored(self):
        endpoint = self.endpoint("bad")
        path = f"/v1/endpoints/{endpoint}/schedules"
        good = {"name": "report", "cron": "@daily", "input": 1}
        cases = (
            ({"cron": "61 * * * *"}, "spec.cron: minute"),
            ({"cron": "0 0 31 2 *"}, "never fires"),
            ({"cron": "@reboot"}, "spec.cron"),
            ({"cron": "*" * 100_000}, "spec.cron"),
            ({"cron": ""}, "spec.cron"),
            ({"time_zone": "Europe/Atlantis"}, "spec.time_zone"),
            ({"time_zone": "../../etc/passwd"}, "spec.time_zone"),
            ({"name": "Report!"}, "spec.name"),
            ({"priority": 11}, "spec.priority"),
            ({"missed_runs": "SOMETIMES"}, "missed_runs"),
            ({"overlap": 7}, "overlap"),
            ({"options": {"not_before": "2030-01-01T00:00:00Z"}}, "spec.options.not_before"),
            ({"options": {"idempotency_key": "k"}}, "spec.options.idempotency_key"),
            ({"options": {"ttl_seconds": -1}}, "spec.options.ttl_seconds"),
            ({"nonsense": 1}, "nonsense"),
        )
        for change, word in cases:
            with self.subTest(change=str(change)[:60]):
                status, answer = self.suite.request("POST", path, {**good, **change})
                self.assertEqual(status, 400, answer)
                self.assertIn(word, answer["error"])
        status, answer = self.suite.request("POST", path, {**good, "input": "x" * 70_000})
        self.assertEqual((status, answer["code"]), (429, "RESOURCE_EXHAUSTED"))
        self.assertEqual(self.pages(path, "schedules"), [])
        status, _ = self.suite.request("POST", "/v1/endpoints/0190aaaa-0000-7000-8000-000000000001/schedules", good)
        self.assertEqual(status, 404)

    def test_each_time_makes_one_job_though_the_scheduler_is_killed(self):
        missed, count = 30, 10
        endpoint = self.endpoint("killed", max_workers=4)
        schedules = [self.schedule(endpoint, f"s-{i}", "* * * * *", i, missed_runs="RUN_ALL") for i in range(count)]
        first = self.make_due(schedules, missed)

        def some_ran():
            return int(self.suite.postgres.query("SELECT count(*) FROM scheduler.furnace_jobs "
                                                 f"WHERE endpoint_id = '{endpoint}'")) > 0
        servers.wait_until(some_ran, "the first jobs to be made", case.JOB_TIMEOUT_S)
        self.suite.kill("scheduler")
        self.suite.start("scheduler")
        servers.wait_until(lambda: self.suite.request("GET", f"/v1/schedules/{schedules[0]['id']}")[0] == 200,
                           "the gateway to find the scheduler again", case.JOB_TIMEOUT_S)
        for schedule in schedules:
            self.await_run(schedule)
        for schedule in schedules:
            self.call("POST", f"/v1/schedules/{schedule['id']}/pause", {})
        expected = sum(int((minute_of(self.get(schedule)["last_run_at"]) - first).total_seconds()) // 60 + 1
                       for schedule in schedules)
        self.assertGreaterEqual(expected, missed * count)

        def jobs():
            return self.pages("/v1/jobs", "jobs", endpoint_id=endpoint, page_size=1000)
        servers.wait_until(lambda: len(jobs()) >= expected, "all jobs to be listed", case.JOB_TIMEOUT_S)
        self.assertEqual(len(jobs()), expected)
        for job in jobs():
            self.assertEqual(self.finish(job["id"])["status"], "COMPLETED")
        self.assertEqual(len(jobs()), expected)


if __name__ == "__main__":
    case.main()
