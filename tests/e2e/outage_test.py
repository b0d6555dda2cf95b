"""While a part of the suite is away, clients are told so: 503 with a reason that says
nothing about the inside, and all is well once the part is back."""

import contextlib

import case
import servers


class OutageTest(case.SuiteCase):
    def refused(self, method: str, path: str, body=None):
        """The call has to be answered UNAVAILABLE."""
        status, answer = self.suite.request(method, path, body)
        self.assertEqual((status, answer.get("code")), (503, "UNAVAILABLE"), f"{method} {path}: {answer}")
        with self.subTest("the reason tells no address", call=f"{method} {path}"):
            self.assertNotIn("127.0.0.1", answer["error"])

    def recovers(self, method: str, path: str, body=None):
        """The call has to succeed before long."""
        servers.wait_until(lambda: self.suite.request(method, path, body)[0] == 200, f"{method} {path} to work")

    @contextlib.contextmanager
    def without(self, name: str):
        """A service is dead for as long as the context lasts."""
        self.suite.kill(name)
        try:
            yield
        finally:
            self.suite.start(name)

    def test_the_scheduler_is_away(self):
        endpoint = self.endpoint("no-scheduler")
        with self.without("scheduler"):
            self.refused("POST", f"/v1/endpoints/{endpoint}/run", {"input": 1})
            self.refused("GET", "/v1/jobs")
        self.recovers("GET", "/v1/jobs")
        self.run_job(endpoint, 1)

    def test_the_registry_is_away(self):
        endpoint = self.endpoint("no-registry")
        self.run_job(endpoint, 1)
        with self.without("registry"):
            self.refused("GET", "/v1/endpoints")
            # What is known goes on.
            self.run_job(endpoint, 2)
        self.recovers("GET", "/v1/endpoints")

    def test_the_metering_is_away(self):
        endpoint = self.endpoint("no-metering")
        with self.without("metering"):
            self.refused("GET", "/v1/usage")
            job = self.run_job(endpoint, 1)
        self.recovers("GET", "/v1/usage")
        servers.wait_until(lambda: self.call("GET", f"/v1/usage?job_id={job['id']}")["total"]["invocations"] == 1,
                           "the usage of the outage to be recorded")

    def test_redis_is_away(self):
        endpoint = self.endpoint("no-redis")
        self.run_job(endpoint, 1)
        self.suite.redis.kill()
        try:
            self.refused("POST", f"/v1/endpoints/{endpoint}/run", {"input": 1})
        finally:
            self.suite.redis.start()
        self.recovers("POST", f"/v1/endpoints/{endpoint}/run", {"input": 1})
        self.run_job(endpoint, 2)

    def test_postgres_is_away(self):
        endpoint = self.endpoint("no-postgres")
        self.run_job(endpoint, 1)
        paths = ("/v1/jobs", "/v1/endpoints", "/v1/usage")
        self.suite.postgres.stop()
        try:
            for path in paths:
                self.refused("GET", path)
            self.refused("POST", f"/v1/endpoints/{endpoint}/run", {"input": "x" * 10_000})
            self.refused("POST", f"/v1/endpoints/{endpoint}/run", {"input": 1, "options": {"ack": "PERSISTED"}})
            # A small job needs nothing of it.
            job = self.submit(endpoint, 2)
            self.await_status(job, "COMPLETED")
        finally:
            self.suite.postgres.start()
        for path in paths:
            self.recovers("GET", path)
        self.complete(job)
        servers.wait_until(lambda: job in [each["id"] for each in self.pages("/v1/jobs", "jobs", status="COMPLETED")],
                           "history to catch up")


if __name__ == "__main__":
    case.main()
