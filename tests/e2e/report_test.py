"""Cost reports, estimates and forecasts of real jobs, over REST, the command line and the
Python client."""

import fractions
import os
import subprocess
import time

import case
import furnace
import servers

DAY_S = 86_400


class ReportTest(case.SuiteCase):
    def report(self, query: str = "") -> dict:
        """A cost report."""
        return self.call("GET", "/v1/reports/cost?" + query)

    def jobs_on(self, endpoint: str, count: int) -> list:
        """Runs jobs and waits until all are in the books."""
        jobs = [self.run_job(endpoint, {"op": "sleep", "seconds": 0.05}) for _ in range(count)]
        servers.wait_until(lambda: self.report(f"endpoint_id={endpoint}")["total"].get("invocations") == count,
                           "usage to be recorded", case.JOB_TIMEOUT_S)
        return jobs

    def client(self) -> furnace.Client:
        """The Python client."""
        return furnace.Client(self.suite.url, self.suite.api_key)

    def test_every_way_to_split_costs_adds_up_to_what_the_jobs_cost(self):
        endpoint = self.endpoint("report")
        jobs = self.jobs_on(endpoint, 3)
        cost = sum(job["gpu_time_us"] * case.GPU_SECOND_NANOS["rtx4000"] * 1_000 for job in jobs)
        cost += 3 * case.INVOCATION_NANOS * 10**9
        total = self.report(f"endpoint_id={endpoint}&count_jobs=true")["total"]
        self.assertEqual(int(total["cost_atto"]), cost)
        self.assertEqual(total["jobs"], 3)
        # Rounded once, half to even, as Python's round does.
        self.assertLessEqual(abs(total["nanos_per_job"] * 3 * 10**9 - cost), 3 * 10**9 // 2)
        for groups in ("ENDPOINT", "GPU_TYPE", "HOUR", "DAY", "MONTH", "KIND", "WORKER", "JOB", "TAG&tag=team",
                       "DAY&group_by=WORKER&group_by=KIND"):
            report = self.report(f"endpoint_id={endpoint}&group_by={groups}")
            self.assertEqual(sum(int(row["cost_atto"]) for row in report["rows"]), cost, groups)
            self.assertEqual(report["total"]["cost_atto"], str(cost), groups)
        by_job = self.report(f"endpoint_id={endpoint}&group_by=JOB&dearest_first=true&page_size=2")
        self.assertEqual(len(by_job["rows"]), 2)
        dearest = max(jobs, key=lambda job: job["gpu_time_us"])
        self.assertEqual(by_job["rows"][0]["gpu_time_us"], dearest["gpu_time_us"])
        rest = self.report(f"endpoint_id={endpoint}&group_by=JOB&dearest_first=true&page_size=2"
                           f"&page_token={by_job['next_page_token']}")
        self.assertEqual({row["job_id"] for row in by_job["rows"] + rest["rows"]}, {job["id"] for job in jobs})

    def await_invocations(self, endpoint: str, count: int) -> dict:
        """The total of an endpoint once so many invocations are in the books."""
        def booked():
            total = self.report(f"endpoint_id={endpoint}")["total"]
            return total.get("invocations") == count and total
        return servers.wait_until(booked, "usage to be recorded", case.JOB_TIMEOUT_S)

    def costs(self, endpoint: str, group: str, key: str) -> dict:
        """The rows of an endpoint's report by a group, by their value of it; they add up to all costs."""
        report = self.report(f"endpoint_id={endpoint}&group_by={group}")
        self.assertEqual(sum(int(row["cost_atto"]) for row in report["rows"]), int(report["total"]["cost_atto"]))
        return {row.get(key, ""): row for row in report["rows"]}

    def assert_by_1000_tokens(self, row: dict, tokens: int):
        """The row has so many tokens, and says what 1,000 of them cost, rounded once, half to even."""
        self.assertEqual(row["tokens"], tokens)
        exact = fractions.Fraction(int(row["cost_atto"]) * 1_000, tokens * 10**9)
        self.assertEqual(row["nanos_per_1000_tokens"], round(exact))

    def test_costs_are_told_apart_by_tag_task_type_api_key_and_tokens(self):
        endpoint = self.endpoint("told-apart", task_types=["summarise"])
        issued = self.call("POST", "/v1/projects/me/keys", {"name": "told-apart", "role": "RUNNER"})
        key_id = issued["key"]["id"]
        openai = {"choices": [], "usage": {"prompt_tokens": 1_500, "completion_tokens": 500}}
        vllm = [{"usage": {"input": 30, "output": 4}}, {"usage": {"input": 30, "output": 10}}]
        tagged = self.run_job(endpoint, {"op": "return", "output": openai}, options={"tags": {"team": "red"}})
        self.assertEqual(tagged["tags"], {"team": "red"})
        job = self.call("POST", "/v1/tasks/summarise/run",
                        {"input": {"op": "return", "output": vllm}, "options": {"tags": {"team": "blue"}}},
                        key=issued["secret"])
        task = self.complete(job["id"])
        self.assertEqual((task["tags"], task["api_key_id"]), ({"team": "blue", "task_type": "summarise"}, key_id))
        self.run_job(endpoint, 1)
        self.assert_by_1000_tokens(self.await_invocations(endpoint, 3), 2_040)

        teams = self.costs(endpoint, "TAG&tag=team", "tag_value")
        self.assertEqual({team: row["invocations"] for team, row in teams.items()}, {"red": 1, "blue": 1, "": 1})
        self.assert_by_1000_tokens(teams["red"], 2_000)
        self.assert_by_1000_tokens(teams["blue"], 40)
        self.assertNotIn("nanos_per_1000_tokens", teams[""])
        tasks = self.costs(endpoint, "TAG&tag=task_type", "tag_value")
        self.assertEqual({name: row["invocations"] for name, row in tasks.items()}, {"summarise": 1, "": 2})
        keys = self.costs(endpoint, "API_KEY", "api_key_id")
        self.assertEqual(keys[key_id]["invocations"], 1)
        self.assert_by_1000_tokens(keys[key_id], 40)
        self.assertEqual(sum(row["invocations"] for row in keys.values()), 3)

        of_task = tasks["summarise"]["cost_atto"]
        for only in (f"api_key_id={key_id}", "tagged=task_type%3Dsummarise",
                     f"api_key_id={key_id}&tagged=team%3Dblue"):
            self.assertEqual(self.report(f"endpoint_id={endpoint}&{only}")["total"]["cost_atto"], of_task, only)
        with self.client() as client:
            rows = list(client.reports.cost(["api_key", "day"], endpoint_id=endpoint, api_key_id=key_id))
        self.assertEqual([row["cost_atto"] for row in rows], [of_task])

    def test_bad_tags_are_refused(self):
        endpoint = self.endpoint("bad-tags")
        for tags in ({"a=b": "x"}, {"": "x"}, {"a": ""}, {"a": "x" * 65}, {"a" * 65: "x"}, {"a": "\u00fc"},
                     {"task_type": "x"}, {str(n): "x" for n in range(16)}):
            status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run",
                                                {"input": 1, "options": {"tags": tags}})
            self.assertEqual(status, 400, f"{tags}: {answer}")
            self.assertIn("tags", answer["error"], tags)

    def test_an_estimate_is_what_past_jobs_took(self):
        endpoint = self.endpoint("estimate")
        given = {"gpu_types": ["rtx4000"], "execution_us": 1_000_000, "jobs": 5}
        estimate = self.call("POST", "/v1/reports/estimate", given)
        nanos = 5 * (case.GPU_SECOND_NANOS["rtx4000"] + case.INVOCATION_NANOS)
        self.assertEqual((estimate["low_nanos"], estimate["high_nanos"]), (nanos, nanos))
        status, answer = self.suite.request("POST", "/v1/reports/estimate", {"endpoint_id": endpoint})
        self.assertEqual((status, answer["error"].split(":")[0]), (409, "gpu_types"), answer)

        times = sorted(job["gpu_time_us"] for job in self.jobs_on(endpoint, 3))
        with self.client() as client:
            row, = client.reports.estimate(endpoint)["rows"]
        self.assertEqual((row["observed"], row["low_execution_us"], row["high_execution_us"]),
                         (3, times[1], times[2]))

    def test_a_forecast_goes_on_as_it_was(self):
        endpoint = self.endpoint("forecast")
        self.jobs_on(endpoint, 1)
        forecast = self.call("GET", f"/v1/reports/forecast?endpoint_id={endpoint}")
        self.assertTrue(forecast["insufficient_history"])
        self.assertNotIn("likely_nanos", forecast)

        # A project of its own, with a steady hour of usage for three weeks.
        project = self.call("GET", "/v1/projects/me")["id"]
        now_hour = int(time.time()) // 3_600 * 3_600
        self.suite.postgres.query(
            "INSERT INTO metering.usage_hourly_totals (project_id, hour_us, endpoint_id, gpu_type, gpu_milli_us, "
            "credited_gpu_milli_us, unpriced_gpu_milli_us, invocations, cold_start_us, cost_atto, first_us, last_us) "
            f"SELECT '{project}', s * 1000000, '00000000-0000-4000-8000-0000000000aa', 'rtx4000', 0, 0, 0, 1, 0, "
            f"1000000000, s * 1000000, s * 1000000 FROM generate_series({now_hour - 21 * DAY_S}::bigint, "
            f"{now_hour - 3_600}, 3600) AS s")
        with self.client() as client:
            forecast = client.reports.forecast("00000000-0000-4000-8000-0000000000aa")
        self.assertEqual((forecast["periods"], forecast["period_hours"]), (3, 168))
        self.assertEqual(forecast["low_nanos"], forecast["high_nanos"])
        month = time.gmtime(now_hour)
        first = now_hour - ((month.tm_mday - 1) * DAY_S + month.tm_hour * 3_600)
        spent_from = max(first, now_hour - 21 * DAY_S)
        self.assertEqual(forecast["month_to_date_nanos"], (now_hour - spent_from) // 3_600)
        following = time.gmtime(first + 31 * DAY_S)
        end = first + 31 * DAY_S - (following.tm_mday - 1) * DAY_S
        self.assertEqual(forecast["likely_nanos"], (end - spent_from) // 3_600)

    def test_the_command_line_shows_them(self):
        endpoint = self.endpoint("shown")
        self.jobs_on(endpoint, 1)

        def shown(*arguments):
            environment = dict(os.environ, FURNACE_URL=self.suite.url, FURNACE_API_KEY=self.suite.api_key)
            return subprocess.run([str(self.suite.binaries / "furnace"), "report", *arguments], env=environment,
                                  check=True, capture_output=True, text=True, timeout=60).stdout
        self.assertIn("ATTEMPT", shown("cost", "--by", "day,kind", "--endpoint", endpoint, "--jobs"))
        self.assertIn("API KEY", shown("cost", "--by", "api_key", "--endpoint", endpoint))
        self.assertIn("1 past jobs", shown("estimate", "--endpoint", endpoint))
        self.assertIn("this month so far", shown("forecast"))

    def test_bad_questions_are_answered_by_field(self):
        for query, field in (("group_by=COLOUR", "group_by"), ("group_by=TAG", "tag"), ("endpoint_id=x", "endpoint_id"),
                             ("start_time=2026-01-01T00:30:00Z", "start_time"), ("page_size=1001", "page_size"),
                             ("group_by=JOB&start_time=2026-01-01T00:00:00Z&end_time=2026-03-01T00:00:00Z", "end_time"),
                             ("page_token=x", "page_token"), ("tagged=x", "tagged"), ("api_key_id=x", "api_key_id")):
            status, answer = self.suite.request("GET", "/v1/reports/cost?" + query)
            self.assertEqual(status, 400, f"{query}: {answer}")
            self.assertIn(field, answer["error"], query)
        for body in ({"jobs": -1}, {"execution_us": 1e30}, {"gpu_types": ["a"] * 17}, {"gpu_milli": 99_999}):
            self.assertEqual(self.suite.request("POST", "/v1/reports/estimate", body)[0], 400, body)

    def test_a_project_sees_only_its_own(self):
        endpoint = self.endpoint("theirs")
        self.jobs_on(endpoint, 1)
        project = self.call("POST", "/v1/projects", {"name": "other"})["id"]
        key = self.call("POST", f"/v1/projects/{project}/keys", {"name": "theirs", "role": "VIEWER"})["secret"]
        for query in ("", f"endpoint_id={endpoint}", f"endpoint_id={endpoint}&count_jobs=true"):
            status, answer = self.suite.request("GET", "/v1/reports/cost?" + query, key=key)
            self.assertEqual((status, answer["total"]["cost_atto"], answer["rows"]), (200, "0", []))
        status, _ = self.suite.request("POST", "/v1/reports/estimate", {"endpoint_id": endpoint}, key=key)
        self.assertEqual(status, 409)


if __name__ == "__main__":
    case.main()
