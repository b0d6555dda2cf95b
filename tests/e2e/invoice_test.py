"""Invoices: drafts, final ones, what comes late, every format, and audits; each entry of the ledger is on
one invoice, whatever is killed."""

import csv
import datetime
import fractions
import io
import itertools
import os
import pathlib
import random
import subprocess
import threading
import urllib.request

import case
import servers

UTC = datetime.timezone.utc
RFC_3339 = "%Y-%m-%dT%H:%M:%SZ"
NANOS = 1_000_000_000
KILLS = 4
SEED = int(os.environ.get("FURNACE_TEST_SEED", str(random.randrange(1_000_000))))
BINARIES = pathlib.Path(os.environ["FURNACE_BIN"]).resolve()
feeds = itertools.count()


def month_of(time_of: datetime.datetime) -> str:
    """As the API names it."""
    return time_of.strftime("%Y-%m")


class InvoiceCase(case.SuiteCase):
    """A suite, and projects with usage in the month before."""

    def setUp(self):
        super().setUp()
        self.now = datetime.datetime.now(UTC)
        self.this_month = month_of(self.now)
        self.last_day = self.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) - datetime.timedelta(days=1)
        self.last_month = month_of(self.last_day)

    def furnace(self, *arguments, key=None) -> subprocess.CompletedProcess:
        """Runs the command line."""
        return subprocess.run([str(BINARIES / "furnace"), *arguments], capture_output=True, timeout=60,
                              cwd=self.folder, env={"PATH": os.environ["PATH"], "FURNACE_URL": self.suite.url,
                                                    "FURNACE_API_KEY": key or self.suite.api_key})

    def project(self) -> tuple:
        """A new project: its id and the key of a viewer."""
        project = self.call("POST", "/v1/projects", {"name": f"invoiced-{next(feeds)}"})["id"]
        key = self.call("POST", f"/v1/projects/{project}/keys", {"name": "viewer", "role": "VIEWER"})["secret"]
        return project, key

    def feed(self, project: str, records: int):
        """Records usage in the middle of the last month."""
        end = self.last_day.replace(day=15) + datetime.timedelta(seconds=next(feeds))
        subprocess.run([str(BINARIES / "usage_feeder"), self.suite.address("metering"), self.suite.token,
                        str(records), str(int(end.timestamp()) * 1_000_000), project], check=True, timeout=60)

    def finalize(self, project: str) -> dict:
        """Makes the last month's invoice final."""
        return self.call("POST", "/v1/invoices/finalize", {"project_id": project, "month": self.last_month})

    def ledger_total(self, project: str) -> fractions.Fraction:
        """Dollars that the ledger has on the customer's account."""
        return fractions.Fraction(self.suite.postgres.query(
            "SELECT coalesce(sum(amount_atto), 0) FROM metering.ledger_entries "
            f"WHERE account = 'customer' AND project_id = '{project}'")) / NANOS ** 2

    def check_sums(self, invoice: dict):
        """Each line is rounded once, and the total is the sum of the lines."""
        for line in invoice["lines"]:
            self.assertEqual(line["amount_nanos"], round(fractions.Fraction(line["exact_amount"]) * NANOS))
        self.assertEqual(invoice["total_nanos"], sum(line["amount_nanos"] for line in invoice["lines"]))
        self.assertEqual(invoice["due_cents"], round(fractions.Fraction(invoice["total_nanos"], 10_000_000)))


def exact(*invoices: dict) -> fractions.Fraction:
    """Dollars of all lines, not rounded."""
    return sum(fractions.Fraction(line["exact_amount"]) for invoice in invoices for line in invoice["lines"])


class InvoiceTest(InvoiceCase):
    EXTRA = {"metering": {"FURNACE_INVOICE_GRACE": "2160h", "FURNACE_INVOICE_ISSUER": "Example & Sons"}}

    def test_every_entry_of_the_ledger_is_on_one_invoice(self):
        project = self.call("GET", "/v1/projects/me")["id"]
        self.feed(project, 300)
        job = self.run_job(self.endpoint("invoiced"), {"op": "sleep", "seconds": 0.05})
        servers.wait_until(lambda: self.pages("/v1/ledger", "entries", job_id=job["id"]), "the ledger to have the job")
        draft = self.call("GET", "/v1/invoices/draft")
        self.assertEqual((draft["status"], draft["number"], draft["period_start"][:7]), ("DRAFT", 0, self.last_month))
        first = self.finalize(project)
        self.assertEqual((first["status"], first["number"]), ("FINAL", 1))
        self.assertEqual(first["lines"], draft["lines"])
        self.assertEqual({line["kind"] for line in first["lines"]}, {"gpu_time", "invocation", "credit"})
        self.check_sums(first)

        next_one = self.call("GET", "/v1/invoices/draft")
        self.assertEqual(next_one["period_start"][:7], self.this_month)
        [gpu] = [line for line in next_one["lines"] if line["kind"] == "gpu_time"]
        self.assertEqual(fractions.Fraction(gpu["quantity"]) * 1_000_000, job["gpu_time_us"])
        self.assertEqual(exact(first, next_one), self.ledger_total(project))

        self.feed(project, 200)  # Late.
        self.assertEqual(self.call("GET", f"/v1/invoices/{first['id']}"), first)
        self.assertEqual(self.finalize(project), first)
        next_one = self.call("GET", "/v1/invoices/draft")
        late = [line for line in next_one["lines"] if line["section"] == "LATE"]
        self.assertEqual({line["used_from"][:7] for line in late}, {self.last_month})
        self.check_sums(next_one)
        self.assertEqual(exact(first, next_one), self.ledger_total(project))
        listed = self.pages("/v1/invoices", "invoices")
        self.assertEqual([(invoice["id"], invoice["lines"]) for invoice in listed], [(first["id"], [])])

    def document(self, invoice_id: str, form: str, key: str) -> tuple:
        """Headers and text of an invoice as a file."""
        request = urllib.request.Request(f"{self.suite.url}/v1/invoices/{invoice_id}/document?format={form}",
                                         headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.headers, answer.read().decode()

    def test_all_formats_say_the_same(self):
        project, key = self.project()
        self.feed(project, 100)
        invoice = self.finalize(project)
        for form, column in (("CSV", "amount_usd"), ("FOCUS", "BilledCost")):
            headers, text = self.document(invoice["id"], form, key)
            self.assertTrue(headers["Content-Type"].startswith("text/csv"))
            self.assertIn("invoice-000001", headers["Content-Disposition"])
            rows = list(csv.DictReader(io.StringIO(text)))
            self.assertEqual(len(rows), len(invoice["lines"]))
            self.assertEqual(sum(fractions.Fraction(row[column]) for row in rows) * NANOS, invoice["total_nanos"])
            shown = self.furnace("invoice", "get", invoice["id"], "--format", form.lower(), key=key)
            self.assertEqual(shown.stdout.decode(), text)
        headers, page = self.document(invoice["id"], "HTML", key)
        self.assertTrue(headers["Content-Type"].startswith("text/html"))
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("Example &amp; Sons", page)
        self.assertNotIn("<script", page)
        listed = self.furnace("invoice", "list", key=key).stdout.decode()
        self.assertIn(invoice["id"], listed)
        self.assertIn("invoice 1 of", self.furnace("invoice", "get", invoice["id"], key=key).stdout.decode())
        self.assertIn("draft of", self.furnace("invoice", "get", key=key).stdout.decode())

    def test_focus_rows_hold_what_the_specification_asks_of_them(self):
        project, key = self.project()
        self.feed(project, 100)
        self.finalize(project)
        invoice = self.finalize(project)
        rows = list(csv.DictReader(io.StringIO(self.document(invoice["id"], "FOCUS", key)[1])))
        self.assertEqual({row["ChargeCategory"] for row in rows}, {"Usage", "Credit"})
        for row in rows:
            for column in ("BillingAccountId", "BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd",
                           "ChargePeriodStart", "ChargePeriodEnd", "ChargeFrequency", "ContractedCost", "EffectiveCost",
                           "ListCost", "ProviderName", "PublisherName", "InvoiceIssuerName", "ServiceName",
                           "ServiceCategory"):
                self.assertTrue(row[column], column)
            if row["ChargeCategory"] == "Usage":
                self.assertEqual(fractions.Fraction(row["ListUnitPrice"]) * fractions.Fraction(row["PricingQuantity"]),
                                 fractions.Fraction(row["ListCost"]))
                self.assertGreater(fractions.Fraction(row["ConsumedQuantity"]), 0)
            else:
                self.assertEqual((row["ConsumedQuantity"], row["PricingUnit"]), ("", ""))

    def test_an_audit_finds_what_was_changed_in_the_database(self):
        project, key = self.project()
        self.feed(project, 50)
        invoice = self.finalize(project)
        clean = self.furnace("audit", "invoice", invoice["id"], key=key)
        self.assertEqual(clean.returncode, 0, clean.stderr)
        self.assertIn(b"no difference", clean.stdout)
        self.suite.postgres.query(
            "ALTER TABLE metering.invoice_lines DISABLE TRIGGER append_only; "
            "UPDATE metering.invoice_lines SET quantity = quantity - 1 "
            f"WHERE position = 0 AND invoice_id = '{invoice['id']}'; "
            "ALTER TABLE metering.invoice_lines ENABLE TRIGGER append_only")
        found = self.furnace("audit", "invoice", invoice["id"], key=key)
        self.assertEqual(found.returncode, 3, found.stdout)
        self.assertIn(b"has a line too many", found.stdout)
        self.assertIn(b"lacks a line", found.stdout)

    def test_a_grant_pays_its_part_of_a_final_invoice(self):
        project, key = self.project()
        self.feed(project, 50)
        owed = self.call("GET", "/v1/invoices/draft", key=key)["total_nanos"]
        self.call("POST", "/v1/credits/grants", {"project_id": project, "spec": {
            "amount_nanos": owed, "kinds": ["INVOCATION"], "reason": "a test",
            "valid_from": self.last_day.strftime(RFC_3339),
            "valid_until": (self.now + datetime.timedelta(days=30)).strftime(RFC_3339)}})
        for _ in range(2):  # Once, however often it is asked for.
            invoice = self.finalize(project)
            [credit] = [line for line in invoice["lines"] if line["section"] == "ADJUSTMENT"]
            paid = -credit["amount_nanos"]
            self.assertEqual((credit["kind"], 0 < paid < owed, invoice["total_nanos"]), ("credit_grant", True, owed - paid))
            [grant] = self.call("GET", "/v1/credits/grants", key=key)["grants"]
            self.assertEqual((grant["used_nanos"], grant["left_nanos"]), (paid, owed - paid))
            self.assertEqual(credit["reference"], grant["id"])
        self.assertEqual(self.call("GET", f"/v1/invoices/{invoice['id']}/audit", key=key)["differences"], [])

    def test_a_project_sees_its_own_invoices_only(self):
        project, key = self.project()
        self.feed(project, 10)
        invoice = self.finalize(project)
        stranger = self.project()[1]
        for path in ("", "/document?format=CSV", "/audit"):
            status, answer = self.suite.request("GET", f"/v1/invoices/{invoice['id']}{path}", key=stranger)
            self.assertEqual((status, answer["code"]), (404, "NOT_FOUND"))
        self.assertEqual(self.call("GET", "/v1/invoices", key=stranger)["invoices"], [])
        self.assertEqual(self.call("GET", "/v1/invoices/draft", key=stranger)["total_nanos"], 0)
        self.assertEqual(self.call("GET", f"/v1/invoices/{invoice['id']}", key=key), invoice)
        status, _ = self.suite.request("POST", "/v1/invoices/finalize", {"month": self.last_month}, key=key)
        self.assertEqual(status, 403)

    def test_bad_input_is_refused_and_named(self):
        project, key = self.project()
        for path, field in (("/v1/invoices/1", "invoice_id"), ("/v1/invoices/draft?month=2026-13", "month"),
                            ("/v1/invoices/draft?start_time=2026-01-01T00:00:00Z", "end_time"),
                            ("/v1/invoices/draft?start_time=2026-01-01T00:00:01Z&end_time=2026-01-02T00:00:00Z",
                             "start_time"),
                            ("/v1/invoices/draft?start_time=2026-01-01T00:00:00Z&end_time=2028-01-01T00:00:00Z",
                             "end_time"),
                            ("/v1/invoices/draft/document", "format"), ("/v1/invoices?page_size=-1", "page_size"),
                            ("/v1/invoices/1/audit", "invoice_id")):
            status, answer = self.suite.request("GET", path, key=key)
            self.assertEqual(status, 400, answer)
            self.assertIn(field, answer["error"])
        for body, status in (({"project_id": "x", "month": self.last_month}, 400), ({"month": "soon"}, 400),
                             ({"project_id": project, "month": self.last_month}, 409)):
            got, answer = self.suite.request("POST", "/v1/invoices/finalize", body)
            self.assertEqual(got, status, answer)
        self.assertEqual(self.furnace("invoice", "finalize", "soon").returncode, 3)
        self.assertEqual(self.furnace("invoice", "get", "--format", "pdf").returncode, 2)

    def test_a_killed_metering_leaves_no_part_of_an_invoice(self):
        print(f"\nseed {SEED}", flush=True)
        dice = random.Random(SEED)
        for _ in range(KILLS):
            project, key = self.project()
            self.feed(project, 2_000)
            call = threading.Thread(target=self.suite.request, args=(
                "POST", "/v1/invoices/finalize", {"project_id": project, "month": self.last_month}))
            call.start()
            call.join(dice.random() * 0.06)  # Somewhere on the way, if it takes so long.
            self.suite.kill("metering")
            call.join()
            self.start_again("metering")
            servers.wait_until(lambda: self.suite.request("GET", "/v1/sinks")[0] == 200, "metering to answer")
            counts = self.suite.postgres.query(
                "SELECT count(*), count(*) FILTER (WHERE (SELECT sum(amount_nanos) FROM metering.invoice_lines AS l "
                f"WHERE l.invoice_id = i.id) = total_nanos) FROM metering.invoices AS i WHERE project_id = '{project}'")
            self.assertIn(counts, ("0|0", "1|1"))
            invoice = self.finalize(project)
            self.assertEqual(invoice["number"], 1)
            self.assertEqual(exact(invoice), self.ledger_total(project))
            self.assertEqual(self.furnace("audit", "invoice", invoice["id"], key=key).returncode, 0)


class DutyTest(InvoiceCase):
    EXTRA = {"metering": {"FURNACE_INVOICE_GRACE": "0s", "FURNACE_INVOICE_POLL": "100ms"}}

    def test_an_invoice_becomes_final_by_itself(self):
        project, key = self.project()
        self.feed(project, 20)
        [invoice] = servers.wait_until(lambda: self.call("GET", "/v1/invoices", key=key)["invoices"], "the invoice")
        self.assertEqual((invoice["number"], invoice["period_start"][:7]), (1, self.last_month))
        self.assertEqual(self.call("GET", f"/v1/invoices/{invoice['id']}/audit", key=key)["differences"], [])


if __name__ == "__main__":
    case.main()
