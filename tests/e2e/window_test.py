#!/usr/bin/env python3
"""Jobs that may start only in a window of time, over REST with real workers."""

import datetime

import case
import servers


def window(opens: int, closes: int, **fields) -> dict:
    """A window of every day from so many hours from now to so many, in UTC."""
    now = datetime.datetime.now(datetime.timezone.utc)
    start, end = ((now + datetime.timedelta(hours=hours)).strftime("%H:%M") for hours in (opens, closes))
    return {"start": start, "end": end, **fields}


class WindowTest(case.SuiteCase):
    """One endpoint a test; see case.SuiteCase."""

    def test_a_job_outside_its_window_waits_and_starts_no_worker(self):
        endpoint = self.endpoint("closed")
        closed = window(3, 6)
        job = self.job(self.submit(endpoint, 1, options={"window": closed}))
        self.assertEqual(job["status"], "IN_QUEUE")
        self.assertEqual(job["window"], {**closed, "time_zone": "UTC", "days": []})
        self.assertEqual(job["waiting"]["constraint"], "WINDOW")
        self.assertFalse(job["waiting"].get("position"))
        self.assertIn(closed["start"], job["waiting"]["detail"])
        # By the time that another one is done, a worker has asked for jobs and got none but that.
        other = self.run_job(endpoint, 2)
        self.assertNotIn("window", other)
        again = self.job(job["id"])
        self.assertEqual((again["status"], again["waiting"]["constraint"]), ("IN_QUEUE", "WINDOW"))
        self.assertEqual(self.call("POST", f"/v1/jobs/{job['id']}/cancel", {})["status"], "CANCELLED")

    def test_jobs_outside_their_windows_alone_start_no_worker(self):
        endpoint = self.endpoint("asleep")
        for hour in range(3):
            self.submit(endpoint, hour, options={"window": window(3 + hour, 8)})
        gate = self.endpoint("awake")
        self.run_job(gate, 1)  # Its worker was started after the fleet had seen the others wait.
        self.assertEqual(self.workers(endpoint), [])

    def test_a_job_in_its_window_runs(self):
        endpoint = self.endpoint("open")
        job = self.run_job(endpoint, 1, options={"window": window(-2, 2)})
        self.assertEqual(job["window"]["time_zone"], "UTC")
        days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
        self.run_job(endpoint, 1, options={"window": window(-2, 2, days=days)})
        self.run_job(endpoint, 1, options={"window": window(-12, 11, time_zone="UTC")})

    def test_bad_windows_are_refused_and_nothing_is_queued(self):
        endpoint = self.endpoint("bad")
        good = {"start": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"}
        cases = (
            ({"start": ""}, "options.window.start"),
            ({"start": "24:00"}, "options.window.start"),
            ({"start": "22"}, "options.window.start"),
            ({"end": "6 am"}, "options.window.end"),
            ({"end": "22:00"}, "options.window.end"),
            ({"start": "00:00", "end": "24:00"}, "options.window.end"),
            ({"time_zone": "Berlin"}, "options.window.time_zone"),
            ({"time_zone": "../../etc/passwd"}, "options.window.time_zone"),
            ({"days": ["SOMEDAY"]}, "days"),
            ({"days": [0]}, "days"),
            ({"nonsense": 1}, "nonsense"),
        )
        for change, word in cases:
            with self.subTest(change=change):
                body = {"input": 1, "options": {"window": {**good, **change}}}
                status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run", body)
                self.assertEqual(status, 400, answer)
                self.assertIn(word, answer["error"])
        self.assertEqual(self.pages("/v1/jobs", "jobs", endpoint_id=endpoint), [])

    def test_a_schedules_jobs_may_have_a_window(self):
        endpoint = self.endpoint("scheduled")
        closed = window(3, 6, time_zone="UTC", days=["MONDAY", "SUNDAY"])
        schedule = self.call("POST", f"/v1/endpoints/{endpoint}/schedules", {
            "name": "night", "cron": "* * * * *", "input": 1, "options": {"window": closed}})
        self.addCleanup(self.suite.request, "DELETE", f"/v1/schedules/{schedule['id']}")
        self.assertEqual(schedule["spec"]["options"]["window"], closed)
        self.suite.postgres.query("UPDATE scheduler.furnace_schedules SET "
                                  "next_run_at = date_trunc('minute', now()) "
                                  f"WHERE id = '{schedule['id']}'")
        jobs = servers.wait_until(lambda: self.pages("/v1/jobs", "jobs", endpoint_id=endpoint),
                                       "the schedule to run", case.JOB_TIMEOUT_S)
        self.assertEqual(self.job(jobs[0]["id"])["waiting"]["constraint"], "WINDOW")


if __name__ == "__main__":
    case.main()
