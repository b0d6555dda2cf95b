"""What an acknowledgement is worth when Redis is killed, loses its disk, or is replaced by
a replica: every acknowledged job is completed once and billed once. docs/durability.md
says which test stands for which promise."""

import datetime
import json
import os
import pathlib
import subprocess

import case
import servers

PERSISTED = {"ack": "PERSISTED"}
JOBS = 20


class DurabilityCase(case.SuiteCase):
    """What the cases below share."""

    def setUp(self):
        super().setUp()
        self.gate_path = self.folder / "gate"

    def hold(self, name: str, **fields) -> tuple:
        """An endpoint whose only worker is occupied by a job; both ids."""
        endpoint = self.endpoint(name)
        running = self.submit(endpoint, {"op": "gate", "path": str(self.gate_path)}, **fields)
        self.await_status(running, "IN_PROGRESS")
        return endpoint, running

    def rebuild(self) -> dict:
        """`furnace queue rebuild`, as soon as it can be."""
        def rebuilt():
            done = subprocess.run(
                [str(pathlib.Path(os.environ["FURNACE_BIN"]) / "furnace"), "queue", "rebuild", "--json",
                 "--url", self.suite.url, "--api-key", self.suite.api_key],
                capture_output=True, text=True, timeout=60)
            return done.returncode == 0 and json.loads(done.stdout)
        return servers.wait_until(rebuilt, "the queue to be rebuilt")

    def check_once(self, ids: list):
        """Each job is completed and billed once, to the microsecond."""
        self.assertEqual(len(set(ids)), len(ids))
        for job_id in ids:
            job = self.complete(job_id)

            def billed(job_id=job_id):
                total = self.call("GET", f"/v1/usage?job_id={job_id}")["total"]
                return total["invocations"] and total
            total = servers.wait_until(billed, f"job {job_id} to be billed")
            self.assertEqual((total["invocations"], total["gpu_time_us"]), (1, job["gpu_time_us"]), job)


class DiskLossTest(DurabilityCase):
    def test_persisted_jobs_outlive_redis_and_its_disk(self):
        endpoint, running = self.hold("disk-loss", options=PERSISTED)
        ids = [running]
        for number in range(JOBS):
            ids.append(self.submit(endpoint, number, options=PERSISTED))
        ids.append(self.submit(endpoint, "x" * 10_000, options=PERSISTED))
        ids += self.call("POST", f"/v1/endpoints/{endpoint}/batch", {
            "jobs": [{"input": number, "options": PERSISTED} for number in range(JOBS)]})["job_ids"]
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)
        delayed = self.submit(endpoint, "later", options={**PERSISTED, "not_before": soon.isoformat()})
        ids.append(delayed)
        self.suite.redis.lose()
        self.assertEqual(self.rebuild(), {"examined": len(ids), "live": 0, "restored": len(ids), "left_out": 0})
        self.assertEqual(self.rebuild(), {"examined": len(ids), "live": len(ids), "restored": 0, "left_out": 0})
        self.assertEqual(self.job(delayed)["status"], "DELAYED")
        self.gate_path.touch()
        self.check_once(ids)
        self.assertGreater(self.job(running)["attempt"], 100)

    def test_what_the_relay_has_seen_is_restored_too(self):
        endpoint, running = self.hold("disk-loss-queued")
        ids = [running] + [self.submit(endpoint, number) for number in range(JOBS)]
        # Lists are read from history.
        servers.wait_until(lambda: set(ids) <= {job["id"] for job in self.pages("/v1/jobs", "jobs")},
                           "history to have the jobs")
        self.suite.redis.lose()
        self.assertEqual(self.rebuild()["restored"], len(ids))
        self.gate_path.touch()
        self.check_once(ids)

    def test_a_tenant_may_not_rebuild(self):
        key = self.call("POST", "/v1/projects/me/keys", {"name": "tenant", "role": "ADMIN"})["secret"]
        status, answer = self.suite.request("POST", "/v1/queue/rebuild", {}, key=key)
        self.assertEqual((status, answer["code"]), (403, "PERMISSION_DENIED"))
        status, answer = self.suite.request("POST", "/v1/queue/rebuild", {"page_token": "first"})
        self.assertEqual((status, answer["code"]), (400, "INVALID_ARGUMENT"))
        self.assertIn("page_token", answer["error"])


class EverySecondTest(DurabilityCase):
    """kill_test.py does the same, and more, with appendfsync always."""

    REDIS_FSYNC = "everysec"

    def test_what_is_acknowledged_outlives_a_killed_redis(self):
        endpoint = self.endpoint("everysec")
        ids = []
        for number in range(3 * JOBS):
            if number in (JOBS, 2 * JOBS):
                self.suite.redis.kill()
                self.suite.redis.start()
            # Until Redis is back nothing is acknowledged, and nothing is counted on.
            ids.append(servers.wait_until(lambda: self.try_submit(endpoint, number), "a submit to be taken"))
        self.check_once(ids)

    def try_submit(self, endpoint: str, number: int):
        """The job's id, or nothing when it was refused."""
        status, job = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run", {"input": number})
        return job["id"] if status == 200 else None


class FailoverTest(DurabilityCase):
    def replica(self) -> servers.Redis:
        """A replica that has all the primary has."""
        replica = servers.Redis(self.suite.folder / f"replica-{self.id()}")
        replica.command("REPLICAOF", "127.0.0.1", str(self.suite.redis.port))
        servers.wait_until(lambda: "master_link_status:up" in replica.command("INFO", "replication"),
                           "the replica to have the data")
        return replica

    def await_replica(self, replica: servers.Redis):
        """Polls until the replica has all that the primary has now."""
        def offset(server):
            lines = server.command("INFO", "replication").splitlines()
            return next(int(line.split(":")[1]) for line in lines if line.startswith("master_repl_offset:"))
        wanted = offset(self.suite.redis)
        servers.wait_until(lambda: offset(replica) >= wanted, "the replica to catch up")

    def fail_over(self, replica: servers.Redis):
        """The primary dies; the scheduler finds the replica in its place."""
        self.suite.redis.kill()
        replica.command("REPLICAOF", "NO", "ONE")
        self.suite.redis = replica
        self.suite.kill("scheduler")
        self.suite.start("scheduler")

    def test_a_replica_that_has_all_takes_over(self):
        replica = self.replica()
        endpoint, running = self.hold("failover")
        ids = [running] + [self.submit(endpoint, number) for number in range(JOBS)]
        self.await_replica(replica)
        self.fail_over(replica)
        self.assertEqual(self.rebuild()["restored"], 0)
        self.gate_path.touch()
        self.check_once(ids)

    def test_what_the_replica_lacks_comes_from_history(self):
        replica = self.replica()
        endpoint, running = self.hold("failover-lag", options=PERSISTED)
        known = [self.submit(endpoint, number) for number in range(JOBS)]
        self.await_replica(replica)
        replica.command("REPLICAOF", "NO", "ONE")
        missed = [self.submit(endpoint, number, options=PERSISTED) for number in range(JOBS)]
        self.fail_over(replica)
        self.assertEqual(self.rebuild()["restored"], len(missed))
        self.gate_path.touch()
        self.check_once([running, *known, *missed])


if __name__ == "__main__":
    case.main()
