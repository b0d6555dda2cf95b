"""Quotas: what an operator lets a project queue, run at a time and submit in a day."""

import datetime
import json
import os
import urllib.error
import urllib.request
import uuid

import case
import servers


class QuotaTest(case.ProjectCase):
    def set_quota(self, **quota):
        """As the operator."""
        status, answer = self.suite.request("PUT", f"/v1/projects/{self.project}/quota", quota)
        self.assertEqual(status, 200, answer)
        self.assertEqual({name: most for name, most in answer.get("quota", {}).items() if most}, quota)

    def await_gpu_parts(self, gpus: int):
        """Polls until the shards have so many GPUs of the quota together."""
        servers.wait_until(lambda: self.gpus("left") + self.gpus("held") == gpus, f"{gpus} GPUs to be shared out")

    def gpus(self, field: str) -> int:
        """Sum of a field of the quota's accounts in all shards."""
        key = f"budget:gpus:{self.project}"
        return sum(int(self.suite.redis.command("HGET", f"furnace:{{s{shard:02}}}:{key}", field) or 0)
                   for shard in range(16))

    def refusal(self, endpoint: str, **body) -> tuple:
        """(error text, Retry-After) of a submit, or None when it was taken."""
        request = urllib.request.Request(
            f"{self.suite.url}/v1/endpoints/{endpoint}/run", data=case.encode({"input": 1, **body}), method="POST",
            headers={"Authorization": f"Bearer {self.own_key}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=case.JOB_TIMEOUT_S):
                return None
        except urllib.error.HTTPError as error:
            answer = json.loads(error.read())
            self.assertEqual((error.code, answer["code"]), (429, "RESOURCE_EXHAUSTED"), answer)
            return answer["error"], int(error.headers["Retry-After"])

    def paused(self, name: str) -> str:
        """An endpoint whose jobs wait."""
        endpoint = self.endpoint(name)
        self.call("POST", f"/v1/endpoints/{endpoint}/pause", {})
        return endpoint

    def gates(self, endpoint: str, count: int) -> list:
        """Jobs that run until their gates are opened: (job, gate)."""
        jobs = []
        for _ in range(count):
            path = self.folder / str(uuid.uuid4())
            self.addCleanup(path.touch)
            jobs.append((self.submit(endpoint, {"op": "gate", "path": str(path)}), path))
        return jobs

    def test_only_operators_set_quotas_and_a_project_reads_its_own(self):
        status, answer = self.suite.request("PUT", f"/v1/projects/{self.project}/quota",
                                            {"max_queued_jobs": 1}, key=self.own_key)
        self.assertEqual((status, answer["code"]), (403, "PERMISSION_DENIED"))
        self.set_quota(max_queued_jobs=7, max_concurrent_gpus=8, max_requests_per_day=9)
        self.assertEqual(self.call("GET", "/v1/projects/me")["quota"],
                         {"max_queued_jobs": 7, "max_concurrent_gpus": 8, "max_requests_per_day": 9})
        self.set_quota(max_queued_jobs=7)
        self.set_quota()
        for quota, field in [({"max_queued_jobs": -1}, "quota.max_queued_jobs"),
                             ({"max_concurrent_gpus": 10**9}, "quota.max_concurrent_gpus"),
                             ({"max_requests_per_day": 10**15}, "quota.max_requests_per_day"),
                             ({"max_queued_jobs": "many"}, "max_queued_jobs"), ({"gpu_hours": 1}, "gpu_hours")]:
            with self.subTest(quota=quota):
                status, answer = self.suite.request("PUT", f"/v1/projects/{self.project}/quota", quota)
                self.assertEqual(status, 400, answer)
                self.assertIn(field, answer["error"])
        status, _ = self.suite.request("PUT", f"/v1/projects/{uuid.uuid4()}/quota", {"max_queued_jobs": 1})
        self.assertEqual(status, 404)

    def test_queued_jobs(self):
        endpoint = self.paused("queued")
        self.set_quota(max_queued_jobs=3)
        servers.wait_until(lambda: self.refusal(endpoint), "the quota to be in force")
        waiting = [job for job in self.call("GET", f"/v1/jobs?endpoint_id={endpoint}").get("jobs", [])]
        self.assertGreaterEqual(len(waiting), 3)
        self.assertIn("at most 3", self.refusal(endpoint)[0])
        self.call("POST", f"/v1/endpoints/{endpoint}/purge", {})
        servers.wait_until(lambda: not self.refusal(endpoint), "room for another job")

    def test_requests_of_a_day(self):
        endpoint = self.paused("requests")
        self.set_quota(max_requests_per_day=5)
        # In force once something is counted.
        servers.wait_until(lambda: self.refusal(endpoint) is None and self.counted() > 0, "the quota to be in force")
        left = 5 - self.counted()
        self.assertIsNone(self.refusal(endpoint, options={"idempotency_key": "k"}))
        for _ in range(3):
            self.assertIsNone(self.refusal(endpoint, options={"idempotency_key": "k"}))
        servers.wait_until(lambda: 5 - self.counted() == left - 1, "the repeats to count no more")
        for _ in range(left - 1):
            self.assertIsNone(self.refusal(endpoint))
        text, wait = self.refusal(endpoint)
        self.assertIn("max_requests_per_day", text)
        now = datetime.datetime.now(datetime.timezone.utc)
        midnight = datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time(),
                                             datetime.timezone.utc)
        self.assertAlmostEqual(wait, (midnight - now).total_seconds(), delta=60)
        self.assertIsNone(self.refusal(endpoint, options={"idempotency_key": "k"}), "a repeat is answered")
        self.suite.kill("scheduler")
        self.start_again("scheduler")
        servers.wait_until(lambda: self.refusal(endpoint), "the count to have outlived the scheduler")
        self.assertEqual(self.counted(), 5)

    def counted(self) -> int:
        """Requests of the project today."""
        return sum(int(self.suite.redis.command("HGET", f"furnace:{{s{shard:02}}}:requests:{self.project}", "jobs") or 0)
                   for shard in range(16))

    def test_jobs_of_a_day_are_counted_only_for_projects_with_that_quota(self):
        endpoint = self.paused("uncounted")
        self.set_quota(max_queued_jobs=100)
        self.submit(endpoint, 1)
        self.assertEqual(self.counted(), 0)

    def test_gpus_of_running_jobs_over_all_endpoints(self):
        first, second = self.endpoint("gpus-a", max_workers=4), self.endpoint("gpus-b", max_workers=4)
        self.set_quota(max_concurrent_gpus=2)
        self.await_gpu_parts(2)
        jobs = self.gates(first, 3) + self.gates(second, 3)
        closed = dict(jobs)

        def step():
            # Those whose gates are closed cannot end, so they all run at the same time.
            running = [job for job in closed if self.job(job)["status"] == "IN_PROGRESS"]
            self.assertLessEqual(len(running), 2)
            if len(running) == 2:
                closed.pop(running[0]).touch()
            return len(closed) == 1
        servers.wait_until(step, "five jobs to run, two at a time", case.JOB_TIMEOUT_S)
        for job, path in jobs:
            path.touch()
            self.complete(job)
        servers.wait_until(lambda: self.gpus("held") == 0, "all GPUs to be given back")

    def test_a_job_beyond_the_quota_waits_and_says_so(self):
        endpoint = self.endpoint("beyond", max_workers=3)
        wide = self.endpoint("wide", gpu_count=4)
        self.set_quota(max_concurrent_gpus=1)
        self.await_gpu_parts(1)
        (running, gate), = self.gates(endpoint, 1)
        self.await_status(running, "IN_PROGRESS")
        waiting = self.submit(endpoint, 1)
        reason = self.await_reason(waiting, "QUOTA")
        self.assertIn("max_concurrent_gpus is 1", reason["detail"])
        never = self.submit(wide, 1)
        self.await_reason(never, "QUOTA")
        self.assertEqual(self.workers(wide), [])
        self.set_quota(max_concurrent_gpus=6)
        self.complete(waiting)
        self.complete(never)
        gate.touch()
        self.complete(running)

    def test_whatever_is_killed_holds_no_gpus_once_its_lease_is_over(self):
        endpoint = self.endpoint("killed")
        self.set_quota(max_concurrent_gpus=1)
        self.await_gpu_parts(1)
        (job, gate), = self.gates(endpoint, 1)
        self.await_status(job, "IN_PROGRESS")
        self.suite.kill("scheduler")
        for pid in self.suite.worker_pids():
            os.kill(pid, 9)
        self.start_again("scheduler")
        gate.touch()
        self.complete(job)
        servers.wait_until(lambda: self.gpus("held") == 0, "its GPU to be given back")


if __name__ == "__main__":
    case.main()
