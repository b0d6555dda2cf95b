"""Who pays for real jobs: subsidies by policy or by an Open Policy Agent, then prepaid credit."""

import datetime
import os
import pathlib
import subprocess

import case
import opa
import servers

NANOS = 10**9


def in_days(days: int) -> str:
    """RFC 3339 of so many days from now."""
    time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


class CreditsTest(case.SuiteCase):
    @classmethod
    def setUpClass(cls):
        cls.opa = opa.Opa()
        cls.addClassCleanup(cls.opa.close)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        # A project of its own for each test.
        name = self.id().rsplit(".", 1)[1].replace("_", "-")[:40].strip("-")
        self.project = self.call("POST", "/v1/projects", {"name": name})["id"]
        self.key = self.call("POST", f"/v1/projects/{self.project}/keys", {"name": "k", "role": "ADMIN"})["secret"]

    def restart_metering(self, **variables):
        """Metering anew, with these variables."""
        self.suite.kill("metering")
        self.suite.extra["metering"] = variables
        self.suite.start("metering")
        servers.wait_until(lambda: self.suite.request("GET", "/v1/prices")[0] == 200, "the gateway to find metering")

    def bill_a_job(self) -> int:
        """Runs a job in the project; nano-dollars that it is charged."""
        endpoint = self.call("POST", "/v1/endpoints", {
            "name": "paid", "image_uri": f"file://{case.HANDLERS}", "handler_path": "echo.py",
            "gpu_types": ["rtx4000"], "timeout_seconds": 30, "max_workers": 1}, key=self.key)["id"]
        job = self.call("POST", f"/v1/endpoints/{endpoint}/run", {"input": {"op": "sleep", "seconds": 0.1}},
                        key=self.key)["id"]
        path = f"/v1/jobs/{job}/wait?wait_ms=60000"
        self.assertEqual(self.call("GET", path, key=self.key)["status"], "COMPLETED")
        servers.wait_until(lambda: self.call("GET", f"/v1/ledger?job_id={job}", key=self.key).get("entries"),
                           "the ledger to have the job", case.JOB_TIMEOUT_S)
        self.call("DELETE", f"/v1/endpoints/{endpoint}", key=self.key)
        return self.call("GET", f"/v1/usage?job_id={job}", key=self.key)["total"]["cost_nanos"]

    def preview(self) -> dict:
        """What the month comes to for the project."""
        return self.call("GET", "/v1/credits/preview", key=self.key)

    def paid(self, preview: dict, kind: str) -> list:
        """(reference, nano-dollars paid) of each subsidy or credit, in order."""
        return [(one["reference"], -one["amount_nanos"]) for one in preview.get("adjustments", [])
                if one["kind"] == kind]

    def grant(self, nanos: int, **spec) -> str:
        """Gives the project credit; the grant's id."""
        return self.call("POST", "/v1/credits/grants", {"project_id": self.project, "spec": {
            "amount_nanos": nanos, "valid_until": in_days(30), "reason": "a test", **spec}})["id"]

    def know(self, **attributes):
        """Says what is known of the project."""
        self.call("PUT", f"/v1/projects/{self.project}/attributes", {"attributes": attributes})

    def last_decision(self) -> dict:
        """The newest decision on the project."""
        return self.call("GET", "/v1/subsidy-decisions?page_size=1", key=self.key)["decisions"][0]

    def test_grants_are_used_by_priority_and_expiry(self):
        cost = self.bill_a_job()
        later = self.grant(NANOS, valid_until=in_days(60))
        sooner = self.grant(1_000, valid_until=in_days(40))
        first = self.grant(500, priority=0, valid_until=in_days(90))
        last = self.grant(NANOS, priority=9)
        for grant in (later, sooner):
            self.call("POST", f"/v1/credits/grants/{grant}/void", {"reason": "the order is wrong"})
        later = self.grant(NANOS, priority=5, valid_until=in_days(60))
        sooner = self.grant(1_000, priority=5, valid_until=in_days(40))
        foreign = self.grant(NANOS, endpoint_ids=[self.project])
        preview = self.preview()
        self.assertEqual(preview["charges_nanos"], cost)
        self.assertEqual(self.paid(preview, "credit"), [(first, 500), (sooner, 1_000), (later, cost - 1_500)])
        self.assertEqual(preview.get("due_nanos", 0), 0)
        grants = {one["id"]: one for one in self.call("GET", "/v1/credits/grants", key=self.key)["grants"]}
        self.assertEqual(len(grants), 7)
        self.assertEqual(grants[later]["held_nanos"], cost - 1_500)
        self.assertEqual(grants[later]["left_nanos"], NANOS)
        self.assertNotIn("held_nanos", {k: v for k, v in grants[last].items() if v})
        self.assertNotIn("held_nanos", {k: v for k, v in grants[foreign].items() if v})

    def test_credit_that_has_expired_or_begins_later_is_not_used(self):
        self.bill_a_job()
        month = datetime.datetime.now(datetime.timezone.utc).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        before = int(month.timestamp() * 1_000_000)
        # What is over cannot be granted: it gets older in the database.
        grant = self.grant(NANOS)
        self.suite.postgres.query("ALTER TABLE metering.credit_grants DISABLE TRIGGER append_only")
        self.suite.postgres.query(f"UPDATE metering.credit_grants SET valid_from_us = {before - 9}, "
                                  f"valid_until_us = {before} WHERE id = '{grant}'")
        self.suite.postgres.query("ALTER TABLE metering.credit_grants ENABLE TRIGGER append_only")
        self.grant(NANOS, valid_from=in_days(40), valid_until=in_days(50))
        preview = self.preview()
        self.assertEqual(self.paid(preview, "credit"), [])
        self.assertEqual(preview["due_nanos"], preview["charges_nanos"])
        (expired, _) = sorted(self.call("GET", "/v1/credits/grants", key=self.key)["grants"],
                              key=lambda one: one["id"] != grant)
        self.assertEqual((expired["expired_nanos"], expired.get("left_nanos", 0)), (NANOS, 0))

    def test_a_project_that_matches_pays_nothing_up_to_the_limit(self):
        cost = self.bill_a_job()
        policy = {"conditions": ["reputation >= 50", "grant_active = true"], "percent_bp": 10_000,
                  "max_nanos": cost + 10, "gpu_types": ["rtx4000"]}
        self.call("PUT", "/v1/subsidies/research", {"policy": policy})
        self.addCleanup(self.call, "PUT", "/v1/subsidies/research", {"policy": {**policy, "disabled": True}})
        self.assertEqual(self.preview()["due_nanos"], cost)
        self.know(reputation="49", grant_active="true")
        self.assertEqual(self.preview()["due_nanos"], cost)
        self.know(reputation="50", grant_active="true")
        preview = self.preview()
        self.assertEqual(self.paid(preview, "subsidy"), [("research", cost)])
        self.assertEqual(preview.get("due_nanos", 0), 0)
        decision = self.last_decision()
        self.assertEqual((decision["decider"], decision["input"]["attributes"]),
                         ("local", {"grant_active": True, "reputation": 50}))
        # Beyond the limit it is the project's, or its credit's.
        self.bill_a_job()
        grant = self.grant(NANOS)
        preview = self.preview()
        subsidies = self.paid(preview, "subsidy")  # One for each price.
        self.assertEqual({policy for policy, _ in subsidies}, {"research"})
        self.assertEqual(sum(amount for _, amount in subsidies), cost + 10)
        # The exact sum of both, rounded once.
        self.assertEqual(self.paid(preview, "credit"), [(grant, preview["charges_nanos"] - cost - 10)])
        self.assertEqual(self.last_decision()["id"], decision["id"])

    def test_the_agent_decides_and_without_it_the_policies_do(self):
        cost = self.bill_a_job()
        policy = {"conditions": ["tier = gold"], "percent_bp": 10_000}
        self.call("PUT", "/v1/subsidies/gold", {"policy": policy})
        self.addCleanup(self.call, "PUT", "/v1/subsidies/gold", {"policy": {**policy, "disabled": True}})
        self.know(tier="gold")
        self.addCleanup(self.restart_metering)
        self.restart_metering(FURNACE_OPA_URL=self.opa.url, FURNACE_OPA_TOKEN="opa-token", FURNACE_OPA_TIMEOUT="300ms")
        self.opa.answer = (200, {"result": {"awards": [{"policy": "agent", "percent_bp": 10_000, "max_nanos": 70}]}})
        self.assertEqual(self.paid(self.preview(), "subsidy"), [("agent", 70)])
        self.assertEqual((self.opa.asked[-1]["project_id"], self.opa.asked[-1]["attributes"]),
                         (self.project, {"tier": "gold"}))
        self.assertEqual(self.opa.tokens[-1], "Bearer opa-token")
        self.assertEqual(self.last_decision()["decider"], "opa")

        for wrong in ((500, {}), (200, {}), (200, {"result": {"allow": True}}), b"{", b"x" * 100_000):
            self.opa.answer = wrong
            self.assertEqual(self.paid(self.preview(), "subsidy"), [("gold", cost)], wrong)
            decision = self.last_decision()
            self.assertEqual(decision["decider"], "fallback")
            self.assertTrue(decision["note"])
        self.opa.hold.clear()
        self.assertEqual(self.paid(self.preview(), "subsidy"), [("gold", cost)])
        self.opa.hold.set()
        self.opa.close()
        self.assertEqual(self.paid(self.preview(), "subsidy"), [("gold", cost)])
        self.assertGreaterEqual(len(self.call("GET", "/v1/subsidy-decisions", key=self.key)["decisions"]), 4)

    def test_a_foreign_project_sees_nothing(self):
        self.grant(NANOS)
        self.preview()
        other = self.call("POST", "/v1/projects", {"name": "stranger"})["id"]
        key = self.call("POST", f"/v1/projects/{other}/keys", {"name": "k", "role": "ADMIN"})["secret"]
        for path in ("/v1/credits/grants", "/v1/credits/preview", "/v1/subsidy-decisions"):
            status, answer = self.suite.request("GET", f"{path}?project_id={self.project}", key=key)
            self.assertEqual(status, 404, answer)
        self.assertEqual(self.suite.request("GET", f"/v1/projects/{self.project}/attributes", key=key)[0], 404)
        self.assertEqual(self.call("GET", "/v1/credits/grants", key=key).get("grants", []), [])
        for method, path, body in (
                ("POST", "/v1/credits/grants", {"project_id": other}), ("GET", "/v1/subsidies", None),
                ("POST", f"/v1/credits/grants/{other}/void", {"reason": "x"}),
                ("PUT", f"/v1/projects/{other}/attributes", {"attributes": {}}),
                ("PUT", "/v1/subsidies/mine", {"policy": {"percent_bp": 10_000}})):
            self.assertEqual(self.suite.request(method, path, body, key=key)[0], 403, path)

    def test_bad_input_is_named(self):
        good = {"amount_nanos": 5, "valid_until": in_days(3), "reason": "a test"}
        for change, field in (({"amount_nanos": 0}, "amount_nanos"), ({"amount_nanos": -1}, "amount_nanos"),
                              ({"amount_nanos": 1.5}, "amount_nanos"), ({"priority": 1001}, "priority"),
                              ({"valid_until": in_days(-1)}, "valid_until"), ({"valid_until": None}, "valid_until"),
                              ({"valid_until": in_days(9000)}, "valid_until"), ({"reason": "\n"}, "reason"),
                              ({"gpu_types": ["?"]}, "gpu_types"), ({"kinds": ["CREDIT"]}, "kinds"),
                              ({"endpoint_ids": ["x"]}, "endpoint_ids")):
            status, answer = self.suite.request("POST", "/v1/credits/grants",
                                                {"project_id": self.project, "spec": {**good, **change}})
            self.assertEqual(status, 400, answer)
            self.assertIn(field, answer["error"])
        for policy in ({"percent_bp": 0}, {"percent_bp": 10_001}, {"percent_bp": 1, "conditions": ["a == 1"]},
                       {"percent_bp": 1, "max_gpu_seconds": 1, "kinds": ["STORAGE"]}):
            self.assertEqual(self.suite.request("PUT", "/v1/subsidies/bad", {"policy": policy})[0], 400, policy)
        self.assertEqual(self.suite.request("PUT", f"/v1/projects/{self.project}/attributes",
                                            {"attributes": {"score": "1.5"}})[0], 400)
        self.assertEqual(self.suite.request("GET", "/v1/credits/preview?start_time=2026-01-01T00:00:01Z",
                                            key=self.key)[0], 400)

    def test_the_same_key_gives_once(self):
        body = {"project_id": self.project, "idempotency_key": "order-7",
                "spec": {"amount_nanos": 5, "valid_from": in_days(0), "valid_until": in_days(3), "reason": "a test"}}
        first = self.call("POST", "/v1/credits/grants", body)
        self.assertEqual(self.call("POST", "/v1/credits/grants", body)["id"], first["id"])
        body["spec"]["amount_nanos"] = 6
        self.assertEqual(self.suite.request("POST", "/v1/credits/grants", body)[0], 409)

    def test_the_command_line_shows_it(self):
        self.grant(NANOS)
        done = subprocess.run([str(pathlib.Path(os.environ["FURNACE_BIN"]).resolve() / "furnace"), "credit", "list"],
                              capture_output=True, text=True, timeout=60, cwd=self.folder,
                              env={"PATH": os.environ["PATH"], "FURNACE_URL": self.suite.url,
                                   "FURNACE_API_KEY": self.key})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("$1.00", done.stdout)


if __name__ == "__main__":
    case.main()
