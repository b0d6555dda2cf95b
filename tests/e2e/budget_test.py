"""Budgets: a hard stop holds jobs back and says why, running jobs stop in time, alerts come once,
and whatever is killed holds nothing afterwards."""

import os
import sys

import case
import servers
from receiver import Receiver

sys.path.insert(0, str(case.HANDLERS.parents[2] / "sdk" / "python"))
from furnace import webhooks  # noqa: E402

# Of the suite's scheduler; twice that is more than a lease outlives whoever held it.
LEASE_S = 3
SECOND_US = 1_000_000


class BudgetTest(case.ProjectCase):
    """Budgets of different tests do not meet."""

    def budget(self, **spec) -> dict:
        """A budget for the whole project. If it has a hard stop, as is usual, the scheduler knows
        it: what is leased before that is not held to it."""
        made = self.call("POST", "/v1/budgets", {"name": "test", "window": "GRANT", "hard_stop": True, **spec})
        if spec.get("hard_stop", True):
            servers.wait_until(lambda: any(self.accounts(made, "left")), "the scheduler to know of the budget")
        return made

    def accounts(self, budget: dict, field: str) -> list:
        """A field of the budget's account in each shard; 0 where there is none."""
        return [int(self.suite.redis.command("HGET", f"furnace:{{s{shard:02}}}:budget:{budget['id']}", field) or 0)
                for shard in range(16)]

    def spent(self, budget: dict) -> int:
        """What is recorded."""
        return self.call("GET", f"/v1/budgets/{budget['id']}")["spent"]

    def await_spent(self, budget: dict, least: int) -> int:
        """Polls until so much is recorded."""
        def reached():
            spent = self.spent(budget)
            return spent >= least and spent
        return servers.wait_until(reached, f"{least} to be spent", case.JOB_TIMEOUT_S)

    def raise_to(self, budget: dict, **limit):
        """Changes a budget's limit."""
        self.call("PUT", f"/v1/budgets/{budget['id']}",
                  {"name": "test", "window": "GRANT", "hard_stop": True, **limit})

    def await_held(self, budget: dict, held: int):
        """Polls until leases hold so much of the budget in all shards."""
        servers.wait_until(lambda: sum(self.accounts(budget, "held")) == held, f"{held} to be held",
                           case.JOB_TIMEOUT_S)

    def new_key(self, name: str) -> tuple:
        """Another API key of the project: its id, and the key itself."""
        issued = self.call("POST", f"/v1/projects/{self.project}/keys", {"name": name, "role": "RUNNER"})
        return issued["key"]["id"], issued["secret"]

    def submit_as(self, key: str, endpoint: str, job_input, **fields) -> str:
        """Queues a job with an API key and returns its id."""
        return self.call("POST", f"/v1/endpoints/{endpoint}/run", {"input": job_input, **fields}, key=key)["id"]

    def test_a_spent_budget_holds_jobs_back_until_it_is_raised(self):
        endpoint = self.endpoint("held", max_workers=2)
        budget = self.budget(limit_gpu_time_us=LEASE_S * SECOND_US)
        first = self.submit(endpoint, 1)
        self.complete(first)  # There was enough for a lease.
        self.await_spent(budget, 1)
        job = self.submit(endpoint, 2)
        waiting = self.await_reason(job, "BUDGET")
        self.assertIn("the budget test of its project is spent", waiting["detail"])
        self.raise_to(budget, limit_gpu_time_us=3600 * SECOND_US)
        self.complete(job)

    def test_another_endpoint_or_project_is_not_held_back(self):
        poor, rich = self.endpoint("poor"), self.endpoint("rich")
        budget = self.budget(limit_gpu_time_us=LEASE_S * SECOND_US, endpoint_id=poor)
        self.complete(self.submit(poor, 1))
        self.await_spent(budget, 1)
        job = self.submit(poor, 2)
        self.await_reason(job, "BUDGET")
        self.complete(self.submit(rich, 3))
        self.assertEqual(self.job(job)["status"], "IN_QUEUE")

    def test_running_jobs_are_stopped_before_they_spend_much_more(self):
        endpoint = self.endpoint("stopped", max_workers=3, timeout_seconds=60)
        limit = (LEASE_S + 1) * SECOND_US
        budget = self.budget(limit_gpu_time_us=limit)
        jobs = [self.submit(endpoint, {"op": "sleep", "seconds": 40}) for _ in range(3)]
        self.await_status(jobs[0], "FAILED", "IN_QUEUE", "IN_PROGRESS")
        stopped = self.await_status(jobs[0], "FAILED")
        self.assertEqual(stopped["cause"], "BUDGET")
        self.assertIn("budget", stopped["error"])
        self.await_held(budget, 0)
        spent = self.await_spent(budget, limit // 2)
        self.assertLessEqual(spent, limit + 3 * LEASE_S * SECOND_US)

    def test_money_counts_invocations_too(self):
        endpoint = self.endpoint("money")
        lease = LEASE_S * case.GPU_SECOND_NANOS["rtx4000"]
        budget = self.budget(limit_nanos=case.INVOCATION_NANOS + lease)
        job = self.run_job(endpoint, 1)
        cost = case.INVOCATION_NANOS + case.GPU_SECOND_NANOS["rtx4000"] * job["gpu_time_us"] // 1_000_000
        self.assertGreaterEqual(self.await_spent(budget, cost), cost)
        self.await_reason(self.submit(endpoint, 2), "BUDGET")

    def test_whatever_is_killed_holds_nothing_once_its_leases_are_over(self):
        for service in ("scheduler", "metering"):
            with self.subTest(killed=service):
                endpoint = self.endpoint(f"killed-{service}")
                budget = self.budget(limit_gpu_time_us=3600 * SECOND_US, endpoint_id=endpoint, name=service)
                job = self.submit(endpoint, {"op": "sleep", "seconds": 2})
                self.await_status(job, "IN_PROGRESS")
                self.suite.kill(service)
                self.start_again(service)
                self.complete(job)
                self.await_held(budget, 0)

    def test_a_killed_worker_holds_nothing_once_its_lease_is_over(self):
        endpoint = self.endpoint("lost")
        budget = self.budget(limit_gpu_time_us=3600 * SECOND_US)
        job = self.submit(endpoint, {"op": "sleep", "seconds": 20})
        self.await_status(job, "IN_PROGRESS")
        for pid in self.suite.worker_pids():
            os.kill(pid, 9)
        self.call("POST", f"/v1/endpoints/{endpoint}/pause", {})
        self.await_status(job, "IN_QUEUE")
        self.await_held(budget, 0)
        self.assertEqual(self.spent(budget), 0, "what the platform lost costs nothing")

    def test_a_keys_spent_budget_holds_back_only_its_jobs(self):
        endpoint = self.endpoint("shared", max_workers=2)
        poor_id, poor = self.new_key("poor")
        rich_id, rich = self.new_key("rich")
        budget = self.budget(limit_gpu_time_us=LEASE_S * SECOND_US, api_key_id=poor_id)
        self.complete(self.submit_as(poor, endpoint, 1))  # There was enough for a lease.
        self.await_spent(budget, 1)
        held = [self.submit_as(poor, endpoint, n, priority=10) for n in range(3)]
        done = self.complete(self.submit_as(rich, endpoint, 2))
        self.assertEqual(done["api_key_id"], rich_id)
        self.complete(self.submit(endpoint, 3))
        for job in held:
            self.assertIn("budget", self.await_reason(job, "BUDGET")["detail"])
        self.assertEqual(self.job(held[0])["api_key_id"], poor_id)
        self.raise_to(budget, limit_gpu_time_us=3600 * SECOND_US, api_key_id=poor_id)
        for job in held:
            self.complete(job)
        self.await_held(budget, 0)

    def test_no_worker_is_started_for_jobs_of_a_key_whose_budget_is_spent(self):
        endpoint = self.endpoint("asleep", idle_timeout_seconds=1)
        poor_id, poor = self.new_key("poor")
        budget = self.budget(limit_gpu_time_us=SECOND_US, api_key_id=poor_id)  # Less than a lease takes.
        self.complete(self.submit(endpoint, 0))
        job = self.submit_as(poor, endpoint, 1)
        self.await_reason(job, "BUDGET")
        self.await_workers(endpoint, 0)
        self.assertEqual(self.job(job)["status"], "IN_QUEUE")
        self.raise_to(budget, limit_gpu_time_us=3600 * SECOND_US, api_key_id=poor_id)
        self.complete(job)

    def test_a_budget_of_a_key_at_an_endpoint_leaves_its_other_endpoints_alone(self):
        there, elsewhere = self.endpoint("there"), self.endpoint("elsewhere")
        poor_id, poor = self.new_key("poor")
        self.budget(limit_gpu_time_us=SECOND_US, api_key_id=poor_id, endpoint_id=there)
        job = self.submit_as(poor, there, 1)
        self.complete(self.submit_as(poor, elsewhere, 2))
        self.complete(self.submit(there, 3))
        self.await_reason(job, "BUDGET")

    def test_a_job_that_is_redriven_is_still_of_its_key(self):
        endpoint = self.endpoint("redriven", max_retries=0)
        poor_id, poor = self.new_key("poor")
        budget = self.budget(limit_gpu_time_us=LEASE_S * SECOND_US, api_key_id=poor_id)
        job = self.submit_as(poor, endpoint, {"op": "raise"})
        self.await_status(job, "FAILED")
        self.await_spent(budget, 1)
        self.call("POST", f"/v1/jobs/{job}/redrive", {})
        self.await_reason(job, "BUDGET")
        self.assertEqual(self.job(job)["api_key_id"], poor_id)
        self.raise_to(budget, limit_gpu_time_us=3600 * SECOND_US, api_key_id=poor_id)
        self.await_status(job, "FAILED")

    def test_a_killed_scheduler_leaves_nothing_of_keys_behind(self):
        endpoint = self.endpoint("killed-keys", max_workers=2)
        poor_id, poor = self.new_key("poor")
        rich_id, rich = self.new_key("rich")
        spent = self.budget(limit_gpu_time_us=SECOND_US, api_key_id=poor_id)
        ample = self.budget(limit_gpu_time_us=3600 * SECOND_US, api_key_id=rich_id, name="ample")
        waits = self.submit_as(poor, endpoint, 1)
        self.await_reason(waits, "BUDGET")
        runs = self.submit_as(rich, endpoint, {"op": "sleep", "seconds": 2})
        self.await_status(runs, "IN_PROGRESS")
        self.suite.kill("scheduler")
        self.start_again("scheduler")
        self.complete(runs)
        self.await_reason(waits, "BUDGET")
        self.raise_to(spent, limit_gpu_time_us=3600 * SECOND_US, api_key_id=poor_id)
        self.complete(waits)
        for budget in (spent, ample):
            self.await_held(budget, 0)
            self.await_spent(budget, 1)

    def test_alerts_come_once_for_each_threshold_and_are_signed(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        endpoint = self.endpoint("alerts")
        budget = self.budget(limit_gpu_time_us=SECOND_US, hard_stop=False, thresholds=[1, 50, 1000],
                             webhook=receiver.url)
        self.complete(self.submit(endpoint, {"op": "sleep", "seconds": 0.6}))
        self.complete(self.submit(endpoint, {"op": "sleep", "seconds": 0.6}))
        self.await_spent(budget, SECOND_US)
        servers.wait_until(lambda: len(receiver.got) >= 2, "two alerts to come", case.JOB_TIMEOUT_S)
        alerts = self.call("GET", f"/v1/budgets/{budget['id']}/alerts")["alerts"]
        self.assertEqual([alert["threshold"] for alert in alerts], [50, 1])
        secret = self.call("GET", "/v1/webhooks/secret")["secret"]
        ids = set()
        for headers, body in receiver.got:
            self.assertTrue(webhooks.verify(secret, headers, body))
            ids.add(headers["webhook-id"])
        self.assertEqual(len(ids), 2)
        self.assertEqual(len(receiver.got), 2, "once each")

    def test_bad_budgets_are_refused_and_say_why(self):
        good = {"name": "test", "window": "DAY", "limit_nanos": 1}
        for change, field in [({"limit_nanos": 0}, "limit"), ({"limit_gpu_time_us": 1}, "limit"),
                              ({"limit_nanos": -1}, "limit_nanos"), ({"limit_nanos": 10**16}, "limit_nanos"),
                              ({"window": None}, "window"), ({"name": "A b"}, "name"),
                              ({"thresholds": [80, 50]}, "thresholds"), ({"webhook": "file:///x"}, "webhook"),
                              ({"endpoint_id": "x"}, "endpoint_id"), ({"api_key_id": "x"}, "api_key_id")]:
            with self.subTest(change=change):
                status, answer = self.suite.request("POST", "/v1/budgets", {**good, **change}, key=self.own_key)
                self.assertEqual(status, 400, answer)
                self.assertIn(field, str(answer))
        status, _ = self.suite.request("POST", "/v1/budgets", {**good, "locked": True}, key=self.own_key)
        self.assertEqual(status, 403)
        budget = self.call("POST", "/v1/budgets", good)
        self.assertEqual(self.suite.request("POST", "/v1/budgets", good, key=self.own_key)[0], 409)
        key_id, _ = self.new_key("another")
        status, answer = self.suite.request("PUT", f"/v1/budgets/{budget['id']}", {**good, "api_key_id": key_id},
                                            key=self.own_key)
        self.assertEqual(status, 400, answer)
        status, _ = self.suite.request("GET", f"/v1/budgets/{budget['id']}")
        self.assertEqual(status, 404, "another project's")


if __name__ == "__main__":
    case.main()
