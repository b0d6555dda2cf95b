"""Results of any reasonable size come back whole, by who may see the job or has its URL, for as
long as their endpoint keeps them; those above the limit fail their job."""

import json
import urllib.error
import urllib.request

import case
import servers

LIMIT = 64 << 20
# {"text": "..."} around the text.
AROUND = len(json.dumps({"text": ""}))


class ResultTest(case.SuiteCase):
    def assert_text(self, job: dict, size: int):
        """The job is COMPLETED with a text of so many bytes."""
        self.assertEqual(job["status"], "COMPLETED", str(job)[:500])
        text = job["output"]["text"]
        self.assertEqual((len(text), text.count("x")), (size, size))

    def test_a_large_result_comes_back_whole_from_every_call(self):
        endpoint = self.endpoint("large")
        for size in (25_000_000, 50_000_000, LIMIT - AROUND):
            with self.subTest(size=size):
                order = {"op": "large", "bytes": size}
                job = self.call("POST", f"/v1/endpoints/{endpoint}/runsync", {"input": order, "wait_ms": 60_000})
                self.assert_text(job, size)
                self.assert_text(self.job(job["id"]), size)
                self.assert_text(self.finish(job["id"]), size)
                status, lines = self.raw("GET", f"/v1/jobs/{job['id']}/watch")
                self.assertEqual(status, 200)
                self.assert_text(json.loads(lines.splitlines()[-1])["job"], size)

    def test_a_result_above_the_limit_fails_its_job_and_says_both_sizes(self):
        endpoint = self.endpoint("too-large")
        for size in (LIMIT - AROUND + 1, 80_000_000):
            with self.subTest(size=size):
                job = self.finish(self.submit(endpoint, {"op": "large", "bytes": size}))
                self.assertEqual((job["status"], job["cause"]), ("FAILED", "HANDLER_ERROR"))
                self.assertNotIn("output", job)
                self.assertRegex(job["error"], rf"the result has \d{{8}} bytes, more than the {LIMIT} allowed")
        self.run_job(endpoint, "after")

    def test_large_results_survive_the_death_of_the_scheduler(self):
        endpoint = self.endpoint("killed")
        path = self.folder / "gate"
        job_id = self.submit(endpoint, {"op": "gate_large", "path": str(path), "bytes": 50_000_000})
        self.await_status(job_id, "IN_PROGRESS")
        self.suite.kill("scheduler")
        path.touch()
        self.start_again("scheduler")
        job = self.complete(job_id)
        self.assert_text(job, 50_000_000)
        self.assertEqual(job["attempt"], 1)

    def fetch(self, path: str) -> tuple:
        """GET without a key: (status, headers, body)."""
        try:
            with urllib.request.urlopen(self.suite.url + path, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def test_whoever_has_the_url_of_an_output_gets_it_without_a_key(self):
        endpoint = self.endpoint("url")
        for size in (10, 50_000_000):
            with self.subTest(size=size):
                done = self.run_job(endpoint, {"op": "large", "bytes": size})
                job = self.call("GET", f"/v1/jobs/{done['id']}?output_url=true")
                self.assertNotIn("output", job)
                status, headers, body = self.fetch(job["output_url"])
                self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
                self.assertEqual(int(headers["Content-Length"]), size + AROUND)
                self.assertEqual(json.loads(body), {"text": "x" * size})

    def test_a_wrong_url_says_nothing(self):
        endpoint = self.endpoint("wrong-url")
        first, second = (self.run_job(endpoint, n)["id"] for n in (1, 2))
        url = self.call("GET", f"/v1/jobs/{first}?output_url=true")["output_url"]
        bodies = set()
        for wrong in (url.replace(first, second), url[:-1], url + "0", url.split("?")[0],
                      url.replace("expires=", "expires=9")):
            status, _, body = self.fetch(wrong)
            self.assertEqual(status, 403, wrong)
            bodies.add(json.loads(body)["error"])
        self.assertEqual(len(bodies), 1)

    def test_only_a_completed_job_has_the_url_of_an_output(self):
        endpoint = self.endpoint("no-url")
        job = self.finish(self.submit(endpoint, {"op": "raise"}))
        self.assertNotIn("output_url", self.call("GET", f"/v1/jobs/{job['id']}?output_url=true"))

    def test_the_attempts_of_a_job_are_shown_with_what_became_of_them(self):
        endpoint = self.endpoint("attempts", max_retries=1, retry={"backoff_ms": 0})
        job_id = self.submit(endpoint, {"op": "exit_once", "path": str(self.folder / "once")})
        job = self.complete(job_id)
        attempts = servers.wait_until(
            lambda: len(self.job(job_id)["attempts"]) == 2 and self.job(job_id)["attempts"], "both attempts")
        self.assertEqual([each["attempt"] for each in attempts], [1, 2])
        self.assertEqual([each.get("cause") for each in attempts], ["HANDLER_EXITED", None])
        self.assertIn("status 1", attempts[0]["error"])
        self.assertEqual(attempts[1]["worker_id"], job["worker_id"])
        self.assertEqual(sum(int(each["billed_gpu_time_us"]) for each in attempts), int(job["gpu_time_us"]))
        for each in attempts:
            self.assertLess(each["started_at"], each["ended_at"])

    def test_a_running_attempt_has_no_end_yet(self):
        endpoint = self.endpoint("running")
        with self.gate(endpoint) as job_id:
            attempts = self.job(job_id)["attempts"]
            self.assertEqual(len(attempts), 1)
            self.assertNotIn("ended_at", attempts[0])
            self.assertEqual(int(attempts[0]["billed_gpu_time_us"]), 0)

    def test_a_job_past_its_retention_is_not_found_and_then_deleted(self):
        endpoint = self.endpoint("retention", result_retention_seconds=60)
        forgotten, kept = (self.run_job(endpoint, {"op": "large", "bytes": 5000})["id"] for _ in range(2))
        batch = self.call("POST", f"/v1/endpoints/{endpoint}/batch", {"jobs": [{"input": 1}]})
        jobs = {forgotten, *batch["job_ids"]}
        self.complete(batch["job_ids"][0])

        def listed():
            jobs = self.pages("/v1/jobs", "jobs", endpoint_id=endpoint)
            return {job["id"] for job in jobs if job["status"] in case.FINAL}
        servers.wait_until(lambda: listed() == {kept, *jobs}, "the jobs to be in history")
        aged = ",".join(f"'{each}'" for each in jobs)
        for age in ("1 second", "2 minutes"):
            self.suite.postgres.query("UPDATE scheduler.furnace_jobs SET kept_until = now() - "
                                    f"interval '{age}' WHERE id IN ({aged})")
            for each in jobs:
                self.assertEqual(self.suite.request("GET", f"/v1/jobs/{each}")[0], 404)
            self.assertEqual(listed(), {kept})
        servers.wait_until(lambda: self.suite.request("GET", f"/v1/batches/{batch['batch_id']}")[0] == 404,
                           "the batch to be deleted")
        self.assert_gone(jobs)
        self.assertEqual(self.job(kept)["output"], {"text": "x" * 5000})

    def test_the_handler_gets_the_s3_config_and_nobody_else_ever_does(self):
        endpoint = self.endpoint("s3", handler_path="bare.py")
        config = {"accessId": "id-of-the-bucket", "accessSecret": "\u00e9 secret", "bucketName": "b"}
        for options in ({}, {"ack": "PERSISTED"}):
            with self.subTest(options=options):
                path = f"/v1/endpoints/{endpoint}/run"
                job = self.call("POST", path, {"input": 1, "options": {"s3_config": config, **options}})
                self.assertNotIn("bucket", json.dumps(job))
                done = self.complete(job["id"])
                self.assertEqual(json.loads(done["output"])["s3Config"], config)
                shown = self.call("GET", f"/v1/jobs/{job['id']}?include_input=true")
                shown.pop("output")
                self.assertNotIn("bucket", json.dumps(shown))
                row = f"FROM scheduler.furnace_jobs WHERE id = '{job['id']}'"
                servers.wait_until(lambda: self.suite.postgres.query(f"SELECT status {row}") == "5", "the end in history")
                self.assertEqual(self.suite.postgres.query(f"SELECT s3_config IS NULL {row}"), "t")
        for name in ("gateway", "scheduler"):
            self.assertNotIn("id-of-the-bucket", self.suite.log(name))

    def test_a_bad_s3_config_is_refused_by_name_and_not_shown(self):
        endpoint = self.endpoint("bad-s3")
        for config in ([], "text", 1, {"secret": "x" * 5000}):
            status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run",
                                                {"input": 1, "options": {"s3_config": config}})
            self.assertEqual((status, answer["code"]), (400, "INVALID_ARGUMENT"), config)
            self.assertIn("options.s3_config", answer["error"])
            self.assertNotIn("xxx", answer["error"])

    def test_a_retention_out_of_range_is_refused(self):
        for seconds in (-1, 59, 2_678_401):
            status, answer = self.suite.request("POST", "/v1/endpoints", {
                "name": "bad-retention", "image_uri": "file:///x", "result_retention_seconds": seconds})
            self.assertEqual(status, 400)
            self.assertIn("result_retention_seconds", answer["error"])

    def test_another_project_gets_neither_attempts_nor_url(self):
        endpoint = self.endpoint("tenancy")
        job = self.run_job(endpoint, 1)
        project = self.call("POST", "/v1/projects", {"name": "stranger"})
        key = self.call("POST", f"/v1/projects/{project['id']}/keys", {"name": "k", "role": "ADMIN"})["secret"]
        status, answer = self.suite.request("GET", f"/v1/jobs/{job['id']}?output_url=true", key=key)
        self.assertEqual((status, answer["code"]), (404, "NOT_FOUND"))

    def assert_gone(self, jobs: set):
        """Nothing of these jobs is in the database any more, or soon."""
        ids = ",".join(f"'{each}'" for each in jobs)
        counts = " + ".join(f"(SELECT count(*) FROM scheduler.furnace_{table} WHERE {column} IN ({ids}))"
                            for table, column in (("jobs", "id"), ("payloads", "job_id"), ("attempts", "job_id")))
        servers.wait_until(lambda: self.suite.postgres.query(f"SELECT {counts}") == "0", "the jobs to be deleted")


if __name__ == "__main__":
    case.main()
