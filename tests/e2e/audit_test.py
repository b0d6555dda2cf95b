"""A customer's proof of what a job cost: receipts that verify without a server, an audit that finds
nothing as long as nobody changed a byte, and what it finds when somebody did."""

import json
import os
import pathlib
import subprocess

import case
import servers


class AuditTest(case.SuiteCase):

    def furnace(self, *arguments, url=None) -> subprocess.CompletedProcess:
        """Runs the command line."""
        return subprocess.run([str(pathlib.Path(os.environ["FURNACE_BIN"]).resolve() / "furnace"), *arguments],
                              capture_output=True, text=True, timeout=60, cwd=self.folder,
                              env={"PATH": os.environ["PATH"], "FURNACE_URL": url or self.suite.url,
                                   "FURNACE_API_KEY": self.suite.api_key})

    def save(self, name: str, text: str) -> str:
        """A file in the test's folder."""
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def billed_job(self, name: str) -> dict:
        """A job that is in the ledger."""
        job = self.run_job(self.endpoint(name), {"op": "sleep", "seconds": 0.05})
        servers.wait_until(lambda: self.pages("/v1/ledger", "entries", job_id=job["id"]), "the ledger to have the job")
        return job

    def test_a_receipt_verifies_without_a_server(self):
        before = self.furnace("ledger", "head").stdout.strip()
        job = self.billed_job("receipt")
        receipt = self.furnace("receipt", "get", job["id"])
        self.assertEqual(receipt.returncode, 0, receipt.stderr)
        after = self.furnace("ledger", "head").stdout.strip()
        chain = self.furnace("ledger", "transactions", "--after", before.split(":")[0], "--json")
        arguments = ["audit", "verify", self.save("r.json", receipt.stdout), "--head", before, "--head", after,
                     "--chain", self.save("chain.json", chain.stdout)]
        done = self.furnace(*arguments, url="http://127.0.0.1:9")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(job["id"], done.stdout)
        self.assertIn("valid: 1 receipts", done.stdout)

        total = self.call("GET", f"/v1/usage?job_id={job['id']}")["total"]
        record = json.loads(receipt.stdout)["receipts"][0]["record"]
        amounts = [int(line.split()[-1]) for line in record.splitlines() if line.startswith("line ")]
        self.assertEqual(round(sum(amounts) / 10 ** 9), total["cost_nanos"])

    def test_a_changed_receipt_does_not_verify(self):
        text = self.furnace("receipt", "get", self.billed_job("changed")["id"]).stdout
        good = json.loads(text)
        for field, old, new in (("record", "worker ", "worker x"), ("record", "warm 0", "warm 1"),
                                ("transaction", "reason usage", "reason gift")):
            bad = json.loads(text)
            self.assertIn(old, good["receipts"][0][field])
            bad["receipts"][0][field] = good["receipts"][0][field].replace(old, new)
            done = self.furnace("audit", "verify", self.save("bad.json", json.dumps(bad)))
            self.assertEqual(done.returncode, 3, done.stdout)
        done = self.furnace("audit", "verify", self.save("r.json", text), "--head", "1:" + "0" * 64, "--head",
                            "0:" + "f" * 64, "--chain", self.save("chain.json", self.furnace(
                                "ledger", "transactions", "--json").stdout))
        self.assertEqual(done.returncode, 3, done.stdout)

    def test_an_audit_finds_what_was_changed_in_the_database(self):
        job = self.billed_job("audited")
        clean = self.furnace("audit")
        self.assertEqual(clean.returncode, 0, clean.stdout + clean.stderr)
        self.assertIn("no difference", clean.stdout)
        change = ("ALTER TABLE metering.usage_records DISABLE TRIGGER append_only; "
                  "UPDATE metering.usage_records SET cold_start_us = cold_start_us {} WHERE job_id = '{}'; "
                  "ALTER TABLE metering.usage_records ENABLE TRIGGER append_only")
        self.suite.postgres.query(change.format("+ 1", job["id"]))
        self.addCleanup(lambda: self.assertEqual(self.furnace("audit").returncode, 0))
        self.addCleanup(self.suite.postgres.query, change.format("- 1", job["id"]))
        found = self.furnace("audit")
        self.assertEqual(found.returncode, 3, found.stdout)
        self.assertIn("the records are not those it was made of", found.stdout)

    def test_bad_input_is_refused_and_named(self):
        for path, field in (("/v1/receipts/1", "job_id"), ("/v1/ledger/transactions?page_size=1001", "page_size"),
                            ("/v1/ledger/transactions?after_number=-1", "after_number"),
                            ("/v1/ledger/refused?after_id=-1", "after_id"),
                            ("/v1/ledger/audit?after_number=-1", "after_number"),
                            ("/v1/ledger/audit?start_time=2026-01-02T00:00:00Z&end_time=2026-01-01T00:00:00Z",
                             "end_time")):
            status, answer = self.suite.request("GET", path)
            self.assertEqual(status, 400, answer)
            self.assertIn(field, json.dumps(answer))
        for path in ("/v1/receipts/0190aaaa-0000-7000-8000-000000000001", "/v1/ledger/audit?after_number=999999"):
            status, answer = self.suite.request("GET", path)
            self.assertEqual(status, 404, answer)
        self.assertEqual(self.call("GET", "/v1/ledger/refused").get("records", []), [])
        for text in ("{}", "{\"receipts\": [{}]}"):
            self.assertEqual(self.furnace("audit", "verify", self.save("none.json", text)).returncode, 3)
        self.assertEqual(self.furnace("audit", "verify", "absent.json").returncode, 2)


if __name__ == "__main__":
    case.main()
