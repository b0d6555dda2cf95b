"""The price list by way of the API: announced, overridden and withdrawn without a restart; and
corrections of the ledger, which the audit makes anew like everything else."""

import datetime
import json
import os
import pathlib
import subprocess
import time
import uuid

import case
import servers

HOUR_S = 3600
FED_PROJECT = "00000000-0000-4000-8000-000000000001"


def hour(offset: int = 0) -> int:
    """The present UTC hour, or one after it, in seconds."""
    return int(time.time()) // HOUR_S * HOUR_S + offset * HOUR_S


def rfc3339(seconds: int) -> str:
    """A time as the API takes it."""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class PricesTest(case.SuiteCase):
    GPUS = "rtx4000=8:20480:simulated,rtx4090=8:24576:simulated"

    def setUp(self):
        super().setUp()
        self.project = self.call("GET", "/v1/projects/me")["id"]

    def furnace(self, *arguments) -> subprocess.CompletedProcess:
        """Runs the command line."""
        return subprocess.run([str(pathlib.Path(os.environ["FURNACE_BIN"]).resolve() / "furnace"), *arguments],
                              capture_output=True, text=True, timeout=60, cwd=self.folder,
                              env={"PATH": os.environ["PATH"], "FURNACE_URL": self.suite.url,
                                   "FURNACE_API_KEY": self.suite.api_key})

    def set_price(self, **price) -> dict:
        """Announces a price of GPU time; the line."""
        price = {"unit": "GPU_SECOND", "gpu_type": "rtx4000", **price}
        return self.call("POST", "/v1/prices", {"prices": [price]})["lines"][0]

    def in_force(self) -> list:
        """The price list as the project sees it."""
        return self.call("GET", "/v1/prices")["prices"]

    def billed_job(self, name: str, **spec) -> dict:
        """A job that is in the ledger."""
        job = self.run_job(self.endpoint(name, **spec), {"op": "sleep", "seconds": 0.05})
        servers.wait_until(lambda: self.entries(job), "the ledger to have the job")
        return job

    def entries(self, job: dict, *kinds: str) -> list:
        """The job's entries in the ledger, of some kinds."""
        return [entry for entry in self.pages("/v1/ledger", "entries", job_id=job["id"])
                if not kinds or entry["kind"] in kinds]

    def check_audit(self):
        """The ledger is what its records make of it."""
        done = self.furnace("audit")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_an_override_is_for_its_project_and_without_a_restart(self):
        foreign = self.set_price(nanos=1, project_id=str(uuid.uuid4()), effective_from=rfc3339(hour()))
        own = self.set_price(nanos=50_000, project_id=self.project, effective_from=rfc3339(hour()))
        self.assertGreater(own["version"], foreign["version"])
        shown = [price for price in self.in_force() if price["unit"] == "GPU_SECOND"]
        self.assertEqual([price["nanos"] for price in shown if price.get("project_id") == self.project], [50_000])
        self.assertNotIn(1, [price["nanos"] for price in shown])
        job = self.billed_job("override")
        self.assertEqual({entry["unit_price_nanos"] for entry in self.entries(job, "GPU_TIME")}, {50_000})
        self.set_price(ended=True, project_id=self.project, effective_from=rfc3339(hour()))
        job = self.billed_job("list")
        self.assertEqual({entry["unit_price_nanos"] for entry in self.entries(job, "GPU_TIME")},
                         {case.GPU_SECOND_NANOS["rtx4000"]})
        self.check_audit()

    def test_an_announced_price_counts_from_its_hour_on(self):
        self.set_price(nanos=70_000, project_id=FED_PROJECT, effective_from=rfc3339(hour(2)))
        withdrawn = self.set_price(nanos=1, project_id=FED_PROJECT, effective_from=rfc3339(hour(3)))
        self.call("POST", f"/v1/prices/{withdrawn['id']}/withdraw", {})
        fed = subprocess.run([str(self.suite.binaries / "usage_feeder"), self.suite.address("metering"),
                              self.suite.token, "400", str(hour(4) * 1_000_000)], check=False, timeout=60)
        self.assertEqual(fed.returncode, 0)
        rows = self.suite.postgres.query(
            "SELECT hour_us / 1000000, min(price_nanos), max(price_nanos), count(*) FROM metering.usage_segments "
            f"WHERE project_id = '{FED_PROJECT}' AND gpu_type = 'rtx4000' GROUP BY 1 ORDER BY 1").splitlines()
        self.assertGreater(len(rows), 2)
        for row in rows:
            at, low, high, _ = (int(figure) for figure in row.split("|"))
            self.assertEqual((low, high), (70_000, 70_000) if at >= hour(2) else (60_000, 60_000), rows)
        history = self.pages("/v1/prices/history", "lines", project_id=FED_PROJECT, page_size=1)
        self.assertEqual([line["price"]["nanos"] for line in history], [70_000, 1])
        self.assertIn("withdrawn_at", history[1])

    def test_what_is_in_force_is_not_withdrawn_and_the_past_not_changed(self):
        line = self.set_price(nanos=60_000, effective_from=rfc3339(hour()))
        for method, path, body in (
                ("POST", f"/v1/prices/{line['id']}/withdraw", {}),
                ("POST", "/v1/prices", {"prices": [{"unit": "INVOCATION", "nanos": 1,
                                                     "effective_from": rfc3339(hour(-2))}]})):
            status, answer = self.suite.request(method, path, body)
            self.assertEqual((status, answer["code"]), (409, "FAILED_PRECONDITION"), answer)

    def test_corrections_and_ratings_are_in_receipts_and_the_audit_is_clean(self):
        job = self.billed_job("corrected", gpu_types=["rtx4090"])
        started = hour(-1)
        usage = f"/v1/usage?job_id={job['id']}"
        before = self.call("GET", usage)["total"]["cost_nanos"]
        all_before = self.call("GET", "/v1/usage")["total"]["cost_nanos"]
        self.set_price(nanos=100_000, gpu_type="rtx4090", project_id=self.project, effective_from=rfc3339(hour()))
        arguments = ("ledger", "rerate", self.project, "--from", rfc3339(started), "--to", rfc3339(hour(1)), "--json")
        first = json.loads(self.furnace(*arguments).stdout)
        self.assertGreaterEqual(first["changed"], 1)  # Others may have used such GPUs, too.
        after = self.call("GET", usage)["total"]["cost_nanos"]
        self.assertLess(after, before)
        all_after = self.call("GET", "/v1/usage")["total"]["cost_nanos"]
        self.assertLessEqual(abs(all_after - all_before - first["difference_nanos"]), 1)
        self.assertEqual(json.loads(self.furnace(*arguments).stdout)["changed"], 0)
        self.check_audit()

        correction = {"project_id": self.project, "id": str(uuid.uuid4()), "job_id": job["id"], "epoch": 1,
                      "reason": "the image was broken", "reference": "T-17"}
        back = self.call("POST", "/v1/ledger/corrections", correction)
        self.assertLessEqual(abs(back["amount_nanos"] + after), 1)
        self.assertEqual(self.call("POST", "/v1/ledger/corrections", correction)["transaction"], back["transaction"])
        self.assertEqual(len(self.entries(job, "CORRECTION")), 1)
        total = sum(entry["amount_nanos"] for entry in self.entries(job))
        self.assertLessEqual(abs(total), len(self.entries(job)))  # Each line is rounded when shown.
        self.check_audit()

        receipt = self.furnace("receipt", "get", job["id"])
        (self.folder / "r.json").write_text(receipt.stdout)
        verified = self.furnace("audit", "verify", "r.json")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn("valid: 3 receipts", verified.stdout)
        self.set_price(ended=True, gpu_type="rtx4090", project_id=self.project, effective_from=rfc3339(hour()))

    def test_tenants_read_and_operators_write(self):
        secret = self.call("POST", "/v1/projects/me/keys", {"name": "a", "role": "ADMIN"})["secret"]
        for method, path, body in (
                ("POST", "/v1/prices", {"prices": []}), ("GET", "/v1/prices/history", None),
                ("POST", "/v1/prices/1/withdraw", {}), ("POST", "/v1/price-terms", {}),
                ("POST", "/v1/price-terms/1/end", {}), ("POST", "/v1/ledger/corrections", {}),
                ("POST", "/v1/ledger/rerate", {})):
            status, _ = self.suite.request(method, path, body, key=secret)
            self.assertEqual(status, 403, path)
        term = self.call("POST", "/v1/price-terms", {"kind": "ALLOWANCE", "unit": "INVOCATION", "quantity": 100_000})
        foreign = self.call("POST", "/v1/price-terms", {"kind": "MINIMUM", "nanos": 5, "project_id": FED_PROJECT})
        shown = [each["id"] for each in self.call("GET", "/v1/price-terms", key=secret)["terms"]]
        self.assertEqual(shown, [term["id"]])
        self.assertIn(foreign["id"], [each["id"] for each in self.call("GET", "/v1/price-terms")["terms"]])
        status, _ = self.suite.request("GET", f"/v1/price-terms?project_id={FED_PROJECT}", key=secret)
        self.assertEqual(status, 404)

    def test_bad_input_is_refused_and_named(self):
        good = {"unit": "GPU_SECOND", "gpu_type": "rtx4000", "nanos": 1}
        for change, field in (({"nanos": -1}, "nanos"), ({"nanos": 10 ** 12 + 1}, "nanos"), ({"nanos": None}, "nanos"),
                              ({"nanos": 1e-30}, "nanos"), ({"nanos": "0." + "0" * 29 + "1"}, "nanos"),
                              ({"nanos": "NaN"}, "nanos"), ({"unit": "GPU_MINUTE"}, "unit"),
                              ({"unit": "INVOCATION"}, "gpu_type"), ({"tier": "cheap"}, "tier"),
                              ({"project_id": "me"}, "project_id"),
                              ({"effective_from": rfc3339(hour(1) + 1)}, "effective_from"),
                              ({"effective_from": "9999-01-01T00:00:00Z"}, "effective_from")):
            status, answer = self.suite.request("POST", "/v1/prices", {"prices": [{**good, **change}]})
            self.assertEqual(status, 400, (change, answer))
            self.assertIn(field, answer["error"], change)
        for body, field in (({"prices": []}, "prices"), ({"prices": [good] * 1001}, "prices"),
                            ({"prices": [good, good]}, "prices[1]"),
                            ({"prices": [good], "currency": "EUR"}, "currency")):
            status, answer = self.suite.request("POST", "/v1/prices", body)
            self.assertEqual((status, field in answer["error"]), (400, True), answer)
        correction = {"project_id": self.project, "id": str(uuid.uuid4()), "reason": "x", "amount_nanos": 1}
        for change, field in (({"id": "1"}, "id"), ({"amount_nanos": 0}, "amount_nanos"), ({"reason": ""}, "reason"),
                              ({"amount_nanos": 10 ** 16}, "amount_nanos"), ({"currency": "EUR"}, "currency")):
            status, answer = self.suite.request("POST", "/v1/ledger/corrections", {**correction, **change})
            self.assertEqual((status, field in answer["error"]), (400, True), answer)
        status, _ = self.suite.request("POST", "/v1/ledger/corrections",
                                       {**correction, "job_id": str(uuid.uuid4()), "epoch": 1})
        self.assertEqual(status, 404)
        status, answer = self.suite.request("POST", "/v1/ledger/rerate", {
            "project_id": self.project, "start_time": rfc3339(hour()), "end_time": rfc3339(hour(2))})
        self.assertEqual((status, "end_time" in answer["error"]), (400, True), answer)


if __name__ == "__main__":
    case.main()
