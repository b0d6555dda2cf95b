"""A queue that is full says so: 429 with Retry-After, never a crash, and what was
acknowledged before is completed."""

import json
import urllib.error
import urllib.request

import case
import servers

INPUT = "x" * 3000
# Room that Redis has left when it gets tight.
ROOM = 2 << 20


class BackpressureCase(case.SuiteCase):
    """What the cases below share."""

    def submit_batch(self, endpoint: str, jobs: list, *, key=None) -> tuple:
        """Ids of the jobs, and why they were refused: one of the two is empty."""
        request = urllib.request.Request(
            f"{self.suite.url}/v1/endpoints/{endpoint}/batch", data=case.encode({"jobs": jobs}), method="POST",
            headers={"Authorization": f"Bearer {key or self.suite.api_key}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=case.JOB_TIMEOUT_S) as answer:
                return json.loads(answer.read())["job_ids"], ""
        except urllib.error.HTTPError as error:
            answer = json.loads(error.read())
            self.assertEqual((error.code, answer["code"]), (429, "RESOURCE_EXHAUSTED"), answer)
            self.assertGreaterEqual(int(error.headers["Retry-After"]), 1)
            return [], answer["error"]

    def refused(self, endpoint: str, jobs: list, *, key=None) -> str:
        """The batch has to be refused; the reason."""
        ids, reason = self.submit_batch(endpoint, jobs, key=key)
        self.assertEqual(ids, [])
        return reason


class RedisMemoryTest(BackpressureCase):
    def redis_number(self, section: str, name: str) -> int:
        """A number of Redis's INFO."""
        for line in self.suite.redis.command("INFO", section).splitlines():
            if line.startswith(name + ":"):
                return int(line.split(":")[1])
        raise KeyError(name)

    def test_a_full_redis_refuses_jobs_and_finishes_those_it_has(self):
        endpoint = self.endpoint("tight")
        jobs = [{"input": INPUT}] * 20
        with self.gate(endpoint) as running:
            used = self.redis_number("memory", "used_memory")
            self.suite.redis.command("CONFIG", "SET", "maxmemory", str(used + ROOM))
            ids = [running]
            reason = ""
            while not reason:
                accepted, reason = self.submit_batch(endpoint, jobs)
                ids += accepted
                self.assertLess(len(ids), 10 * ROOM // len(INPUT), "Redis never filled up")
            self.assertGreater(len(ids), 100)
            self.assertNotIn("maxmemory", reason)
        for job_id in ids:
            self.complete(job_id)
        # With the jobs gone there is room again, and nothing was thrown out.
        servers.wait_until(lambda: self.submit_batch(endpoint, jobs)[0], "jobs to be taken again", case.JOB_TIMEOUT_S)
        self.assertEqual(self.redis_number("stats", "evicted_keys"), 0)
        self.suite.redis.command("CONFIG", "SET", "maxmemory", "0")
        usage = f"/v1/usage?endpoint_id={endpoint}"
        servers.wait_until(lambda: self.call("GET", usage)["total"]["invocations"] >= len(ids), "all to be billed")


class LimitsTest(BackpressureCase):
    EXTRA = {"scheduler": {"FURNACE_PROJECT_MAX_QUEUED_JOBS": "20", "FURNACE_PROJECT_MAX_QUEUED_BYTES": "10000",
                           "FURNACE_MAX_QUEUED_JOBS": "25"}}

    def tenant(self, name: str) -> tuple:
        """Another project: (key, an endpoint of it that is paused)."""
        project = self.call("POST", "/v1/projects", {"name": name})["id"]
        key = self.call("POST", f"/v1/projects/{project}/keys", {"name": "k", "role": "ADMIN"})["secret"]
        return key, self.paused(name, key)

    def paused(self, name: str, key=None) -> str:
        """An endpoint whose jobs wait."""
        endpoint = self.call("POST", "/v1/endpoints", {
            "name": name, "image_uri": f"file://{case.HANDLERS}", "handler_path": "echo.py",
            "gpu_types": ["rtx4000"]}, key=key)["id"]
        self.call("POST", f"/v1/endpoints/{endpoint}/pause", {}, key=key)
        self.addCleanup(self.suite.request, "DELETE", f"/v1/endpoints/{endpoint}", key=key)
        self.addCleanup(self.suite.request, "POST", f"/v1/endpoints/{endpoint}/purge", {}, key=key)
        return endpoint

    def take(self, endpoint: str, jobs: int, key=None):
        """Jobs that have to be taken, as soon as the scheduler sees that there is room."""
        servers.wait_until(lambda: self.submit_batch(endpoint, [{"input": 1}] * jobs, key=key)[0],
                           f"{jobs} jobs to be taken")

    def test_jobs_of_a_project_and_of_all(self):
        first, second = self.paused("limits-a"), self.paused("limits-b")
        self.take(first, 12)
        self.take(second, 8)
        self.assertIn("at most 20", self.refused(second, [{"input": 1}]))
        key, elsewhere = self.tenant("limits-other")
        self.take(elsewhere, 5, key)
        reason = self.refused(elsewhere, [{"input": 1}], key=key)
        self.assertIn("all projects", reason)
        self.assertIn("at most 25", reason)
        # What is purged makes room.
        self.call("POST", f"/v1/endpoints/{first}/purge", {})
        self.take(second, 3)

    def test_bytes_of_a_project(self):
        endpoint = self.paused("limits-bytes")
        servers.wait_until(lambda: self.submit_batch(endpoint, [{"input": INPUT}] * 3)[0], "room for three jobs")
        self.assertIn("10000 bytes", self.refused(endpoint, [{"input": INPUT}]))
        # What lies in PostgreSQL takes no room in Redis.
        ids, reason = self.submit_batch(endpoint, [{"input": "x" * 5000}] * 3)
        self.assertEqual(len(ids), 3, reason)


if __name__ == "__main__":
    case.main()
