"""Webhooks of jobs, over REST, with real workers and receivers on loopback: in both shapes, of
every kind of job, retried, given up, redriven, and whatever is killed."""

import base64
import sys
import urllib.parse

import case
import servers
from receiver import Receiver

sys.path.insert(0, str(case.HANDLERS.parents[2] / "sdk" / "python"))
from furnace import webhooks  # noqa: E402

# An attempt that a crash cuts off is repeated after 30 s.
REPEATED_TIMEOUT_S = 90


class WebhookTest(case.SuiteCase):
    """One endpoint and one receiver a test; see case.SuiteCase."""

    def receiver(self) -> Receiver:
        """A receiver that lives as long as the test."""
        made = Receiver()
        self.addCleanup(made.close)
        return made

    def hooked(self, endpoint: str, job_input, to: Receiver, shape: str = "FURNACE") -> str:
        """Queues a job that is posted to a receiver; its id."""
        return self.submit(endpoint, job_input, options={"webhook": {"url": to.url, "format": shape}})

    def webhooks(self, **query) -> list:
        """The webhooks of the project."""
        return self.pages("/v1/webhooks", "webhooks", **query)

    def webhook(self, job: str, status: str, timeout: float = case.JOB_TIMEOUT_S) -> dict:
        """Waits until the newest webhook of a job or batch is in this state."""
        def reached():
            # A scheduler that was killed is away for a moment.
            query = urllib.parse.urlencode({"subject": job, "page_size": 1})
            answered, page = self.suite.request("GET", f"/v1/webhooks?{query}")
            webhook = page["webhooks"][0] if answered == 200 and page["webhooks"] else {}
            return webhook.get("status") == status and webhook
        return servers.wait_until(reached, f"the webhook of {job} to be {status}", timeout)

    # --- What is sent ---

    def test_a_job_is_posted_signed_and_as_get_shows_it(self):
        endpoint, to = self.endpoint("shown"), self.receiver()
        job = self.complete(self.hooked(endpoint, {"h\u00f6": "\"k\""}, to))
        delivered = self.webhook(job["id"], "DELIVERED")
        (headers, body), = to.got
        secret = self.call("GET", "/v1/webhooks/secret")["secret"]
        self.assertTrue(webhooks.verify(secret, headers, body))
        self.assertEqual((headers["furnace-event"], headers["webhook-id"]), ("job.done", delivered["id"]))
        self.assertEqual(to.bodies(), [dict(self.job(job["id"]), attempts=[])])
        shown = self.call("GET", f"/v1/webhooks/{delivered['id']}")
        self.assertEqual(shown.pop("body"), to.bodies()[0])
        self.assertEqual(shown, delivered)
        self.assertEqual((shown["event"], shown["subject"], shown["url"], shown["attempts"]),
                         ("job.done", job["id"], to.url, 1))

    def test_runpods_receivers_get_what_status_shows(self):
        endpoint, to = self.endpoint("runpod"), self.receiver()
        good = self.complete(self.hooked(endpoint, 7, to, "RUNPOD"))
        bad = self.finish(self.hooked(endpoint, {"op": "raise"}, to, "RUNPOD"))
        with self.gate(endpoint):
            cancelled = self.hooked(endpoint, 1, to, "RUNPOD")
            self.call("POST", f"/v1/jobs/{cancelled}/cancel", {})
            self.webhook(cancelled, "DELIVERED")
        for job in (good, bad):
            self.webhook(job["id"], "DELIVERED")
        posted = {body["id"]: body for body in to.bodies()}
        self.assertEqual(posted[good["id"]], {
            "id": good["id"], "status": "COMPLETED", "output": good["output"], "delayTime": good["delay_ms"],
            "executionTime": good["execution_ms"], "workerId": good["worker_id"], "retries": 0})
        self.assertEqual((posted[bad["id"]]["status"], posted[bad["id"]]["error"]), ("FAILED", bad["error"]))
        self.assertNotIn("output", posted[bad["id"]])
        self.assertEqual(posted[cancelled]["status"], "CANCELLED")

    def test_jobs_of_every_kind_have_their_endpoints_unless_they_name_their_own(self):
        to, own = self.receiver(), self.receiver()
        endpoint = self.endpoint("default", webhook={"url": to.url, "format": "RUNPOD"}, max_workers=2)
        self.assertEqual(self.call("GET", f"/v1/endpoints/{endpoint}")["spec"]["webhook"],
                         {"url": to.url, "format": "RUNPOD"})
        alone = self.submit(endpoint, 1)
        named = self.hooked(endpoint, 2, own)
        batch = self.call("POST", f"/v1/endpoints/{endpoint}/batch", {"jobs": [
            {"input": 3}, {"input": 4, "options": {"webhook": {"url": own.url}}}]})["job_ids"]
        graph = self.call("POST", "/v1/graphs", {"nodes": [
            {"name": "a", "endpoint_id": endpoint, "input": {"op": "raise"}},
            {"name": "b", "endpoint_id": endpoint, "input": 1, "depends_on": ["a"],
             "options": {"webhook": {"url": own.url}}}]})["job_ids"]
        for job in (alone, named, *batch, *graph.values()):
            self.webhook(job, "DELIVERED")
        self.assertEqual({body["id"] for body in to.bodies()}, {alone, batch[0], graph["a"]})
        self.assertEqual({body["id"] for body in own.bodies()}, {named, batch[1], graph["b"]})

    def test_a_schedules_jobs_are_posted(self):
        endpoint, to = self.endpoint("scheduled"), self.receiver()
        schedule = self.call("POST", f"/v1/endpoints/{endpoint}/schedules", {
            "name": "each-minute", "cron": "* * * * *", "input": 5, "options": {"webhook": {"url": to.url}}})
        self.assertEqual(schedule["spec"]["options"]["webhook"], {"url": to.url, "format": "FURNACE"})
        servers.wait_until(lambda: to.got, "the run's webhook", 2 * case.JOB_TIMEOUT_S)
        self.assertEqual(to.bodies()[0]["output"]["echo"], 5)

    def test_a_large_output_is_left_out_and_said_so(self):
        endpoint, to = self.endpoint("large"), self.receiver()
        fits, large = (self.complete(self.hooked(endpoint, "x" * size, to))["id"] for size in (900_000, 1_100_000))
        for job in (fits, large):
            self.webhook(job, "DELIVERED")
        posted = {body["id"]: body for body in to.bodies()}
        self.assertEqual(len(posted[fits]["output"]["echo"]), 900_000)
        self.assertNotIn("output", posted[large])
        self.assertTrue(posted[large]["output_left_out"])

    def test_a_redriven_job_is_posted_again_under_another_id(self):
        endpoint, to = self.endpoint("anew"), self.receiver()
        job = self.hooked(endpoint, {"op": "exit_once", "path": str(self.folder / "tried")}, to)
        self.webhook(job, "DELIVERED")
        self.call("POST", f"/v1/jobs/{job}/redrive", {})
        servers.wait_until(lambda: len(to.got) == 2, "the second webhook")
        self.assertEqual([body["status"] for body in to.bodies()], ["FAILED", "COMPLETED"])
        self.assertEqual(len(set(to.ids())), 2)

    # --- Receivers that do not do as they should ---

    def test_a_receiver_that_fails_is_asked_again_when_it_wants_to_be(self):
        endpoint, to = self.endpoint("failing"), self.receiver()
        to.status, to.headers = 503, {"Retry-After": "1000"}
        job = self.hooked(endpoint, 1, to)
        servers.wait_until(lambda: to.got, "the first attempt")
        waiting = servers.wait_until(lambda: self.webhook(job, "PENDING").get("last_error") and
                                     self.webhook(job, "PENDING"), "the attempt to be noted")
        self.assertEqual(waiting["last_error"], "answered with 503")
        self.assertGreater(waiting["give_up_at"], waiting["next_attempt_at"])
        to.status = 200
        self.call("POST", f"/v1/webhooks/{waiting['id']}/redrive", {})  # It need not wait for that.
        self.webhook(job, "DELIVERED")
        self.assertEqual(set(to.ids()), {waiting["id"]})

    def test_what_is_gone_is_given_up_listed_and_redriven(self):
        endpoint, to = self.endpoint("gone"), self.receiver()
        to.status = 410
        jobs = [self.hooked(endpoint, n, to) for n in range(3)]
        dead = [self.webhook(job, "FAILED") for job in jobs]
        self.assertEqual({webhook["attempts"] for webhook in dead}, {1})
        listed = {webhook["id"] for webhook in self.webhooks(status="FAILED", page_size=2)}
        self.assertLessEqual({webhook["id"] for webhook in dead}, listed)
        to.status = 200
        again = self.call("POST", f"/v1/webhooks/{dead[0]['id']}/redrive", {})
        self.assertEqual(again["status"], "PENDING")
        self.webhook(jobs[0], "DELIVERED")
        self.assertGreaterEqual(self.call("POST", "/v1/webhooks/redrive", {})["redriven"], 2)
        for job in jobs:
            self.assertEqual(self.webhook(job, "DELIVERED")["attempts"], 2)
        self.assertEqual(self.call("POST", "/v1/webhooks/redrive", {})["redriven"], 0)

    def test_a_redirect_is_a_failure_and_leads_nowhere(self):
        endpoint, to, inside = self.endpoint("redirect"), self.receiver(), self.receiver()
        to.status, to.headers = 307, {"Location": inside.url}
        job = self.hooked(endpoint, 1, to)
        servers.wait_until(lambda: len(to.got) > 1, "two attempts")
        self.assertEqual(self.webhook(job, "PENDING")["last_error"], "answered with 307")
        self.assertEqual(inside.got, [])

    def test_a_receiver_that_never_answers_is_not_waited_for(self):
        endpoint, to = self.endpoint("silent"), self.receiver()
        to.held.set()
        job = self.hooked(endpoint, 1, to)
        servers.wait_until(lambda: to.got, "the first attempt")
        to.held.clear()
        self.assertGreater(self.webhook(job, "DELIVERED")["attempts"], 1)

    def test_a_receiver_that_is_killed_and_comes_back_gets_them_all(self):
        endpoint, to = self.endpoint("back"), self.receiver()
        to.kill()
        jobs = [self.hooked(endpoint, n, to) for n in range(5)]
        for job in jobs:
            servers.wait_until(lambda job=job: self.webhook(job, "PENDING").get("last_error"), "a failed attempt")
        to.start()
        for job in jobs:
            self.webhook(job, "DELIVERED")
        self.assertEqual({body["id"] for body in to.bodies()}, set(jobs))

    # --- Whatever is killed ---

    def test_every_webhook_arrives_although_the_scheduler_is_killed_in_between(self):
        endpoint, to = self.endpoint("killed", max_workers=4), self.receiver()
        batch = self.call("POST", f"/v1/endpoints/{endpoint}/batch", {
            "jobs": [{"input": n, "options": {"webhook": {"url": to.url}}} for n in range(300)]})
        for share in (20, 120, 220):
            servers.wait_until(lambda share=share: len(set(to.ids())) >= share, f"{share} webhooks",
                               REPEATED_TIMEOUT_S)
            self.suite.kill("scheduler")
            self.suite.start("scheduler")
        servers.wait_until(lambda: len(set(to.ids())) >= 300, "every webhook", REPEATED_TIMEOUT_S)
        # Each job has ended once, so that each has one webhook, however often it came.
        self.assertEqual(len(set(to.ids())), 300)
        self.assertEqual({body["id"] for body in to.bodies()}, set(batch["job_ids"]))
        for webhook in self.webhooks(subject=batch["job_ids"][0]):
            self.assertEqual(webhook["subject"], batch["job_ids"][0])

    # --- What is refused ---

    def test_bad_webhooks_are_refused_by_name(self):
        endpoint = self.endpoint("refused")
        for webhook, field in (({}, "options.webhook.url"), ({"url": "ftp://a"}, "options.webhook.url"),
                               ({"url": "http://u:p@a"}, "options.webhook.url"),
                               ({"url": "http://a:25"}, "options.webhook.url"),
                               ({"url": "http://a/" + "x" * 2048}, "options.webhook.url"),
                               ({"url": "http://a", "format": "XML"}, "options.webhook.format")):
            with self.subTest(webhook):
                status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run",
                                                    {"input": 1, "options": {"webhook": webhook}})
                self.assertEqual(status, 400, answer)
                self.assertIn(field, answer["error"])
        status, answer = self.suite.request("POST", "/v1/endpoints", {
            "name": "bad", "image_uri": "file:///x", "webhook": {"url": "http://a:22"}})
        self.assertEqual(status, 400, answer)
        self.assertIn("spec.webhook.url", answer["error"])
        for path, field in (("?status=LOST", "status"), ("?subject=x", "subject"), ("?page_size=1001", "page_size"),
                            ("?page_token=x", "page_token"), ("/A%2F", "webhook_id")):
            status, answer = self.suite.request("GET", f"/v1/webhooks{path}")
            self.assertEqual(status, 400, answer)
            self.assertIn(field, answer["error"])

    def test_another_projects_webhook_is_not_there(self):
        endpoint, to = self.endpoint("mine"), self.receiver()
        job = self.hooked(endpoint, 1, to)
        webhook = self.webhook(job, "DELIVERED")["id"]
        project = self.call("POST", "/v1/projects", {"name": "other"})
        project_id = project.get("project", project)["id"]
        key = self.call("POST", f"/v1/projects/{project_id}/keys", {"name": "k", "role": "ADMIN"})["secret"]
        self.assertEqual(self.call("GET", "/v1/webhooks", key=key)["webhooks"], [])
        for method, path in (("GET", f"/v1/webhooks/{webhook}"), ("POST", f"/v1/webhooks/{webhook}/redrive"),
                             ("GET", f"/v1/webhooks/{job}.99")):
            status, answer = self.suite.request(method, path, {} if method == "POST" else None, key=key)
            self.assertEqual((status, answer["code"]), (404, "NOT_FOUND"), answer)
        self.assertEqual(self.call("POST", "/v1/webhooks/redrive", {}, key=key)["redriven"], 0)


class PrivateReceiverTest(case.SuiteCase):
    """A suite that sends to the public internet only, and has had its secret replaced."""

    EXTRA = {"scheduler": {"FURNACE_WEBHOOK_PRIVATE": "false", "FURNACE_WEBHOOK_SECRET": "new,old"}}

    def test_private_receivers_get_nothing_however_they_are_spelled(self):
        endpoint, to = self.endpoint("inside"), Receiver()
        self.addCleanup(to.close)
        port = urllib.parse.urlsplit(to.url).port
        hosts = ("127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "169.254.169.254", "0")
        jobs = [self.run_job(endpoint, 1, options={"webhook": {"url": f"http://{host}:{port}/"}})["id"]
                for host in hosts]
        for job in jobs:
            def noted(job=job):
                listed = self.call("GET", f"/v1/webhooks?subject={job}")["webhooks"]
                return listed and listed[0].get("last_error")
            self.assertIn("not allowed", servers.wait_until(noted, "a refused attempt", case.JOB_TIMEOUT_S))
        self.assertEqual(to.got, [])
        self.assertIn('furnace_webhook_attempts_total{outcome="retried"}', self.suite.metrics("scheduler"))

    def test_clients_get_the_new_secret(self):
        secret = self.call("GET", "/v1/webhooks/secret")["secret"]
        self.assertEqual(len(base64.b64decode(secret.removeprefix("whsec_"))), 32)


if __name__ == "__main__":
    case.main()
