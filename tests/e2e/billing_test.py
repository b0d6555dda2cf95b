"""What a job costs: to the microsecond and the nano-dollar, in the job, the ledger
and the usage report alike."""

import fractions

import case
import servers


def gpu_cost(gpu_type: str, gpu_time_us: int) -> fractions.Fraction:
    """Nano-dollars, exact."""
    return fractions.Fraction(case.GPU_SECOND_NANOS[gpu_type] * gpu_time_us, 1_000_000)


class BillingTest(case.SuiteCase):
    GPUS = "rtx4000=8:20480:simulated,rtx4090=8:24576:simulated"

    def usage(self, **query) -> dict:
        """The total of a usage report."""
        return self.report(**query)["total"]

    def report(self, **query) -> dict:
        """A usage report."""
        return self.call("GET", "/v1/usage?" + "&".join(f"{name}={value}" for name, value in query.items()))

    def await_invocations(self, count: int, **query) -> dict:
        """Polls until so many invocations are in the usage report."""
        def recorded():
            total = self.usage(**query)
            self.assertLessEqual(total["invocations"], count)
            return total if total["invocations"] == count else None
        return servers.wait_until(recorded, f"{count} invocations to be recorded")

    def test_the_price_list_is_that_of_the_platform(self):
        prices = {(price["unit"], price.get("gpu_type", "")): price["nanos"]
                  for price in self.call("GET", "/v1/prices")["prices"]}
        self.assertEqual(prices, {("GPU_SECOND", "rtx4000"): 60_000, ("GPU_SECOND", "rtx4090"): 120_000,
                                  ("WARM_GPU_SECOND", "rtx4000"): 42_000, ("WARM_GPU_SECOND", "rtx4090"): 84_000,
                                  ("INVOCATION", ""): 100_000, ("GB_MONTH", ""): 20_000_000})

    def test_a_job_its_ledger_and_its_usage_say_the_same(self):
        for gpu_type in case.GPU_SECOND_NANOS:
            with self.subTest(gpu_type=gpu_type):
                job = self.run_job(self.endpoint(f"one-{gpu_type}", gpu_types=[gpu_type]),
                                   {"op": "sleep", "seconds": 0.123})
                self.assertGreaterEqual(job["gpu_time_us"], 123_000)
                cost = gpu_cost(gpu_type, job["gpu_time_us"])
                total = self.await_invocations(1, job_id=job["id"])
                self.assertEqual(total["gpu_time_us"], job["gpu_time_us"])
                self.assertEqual(total["cost_nanos"], round(cost + case.INVOCATION_NANOS))
                self.assertEqual((total["credited_gpu_time_us"], total["unpriced_gpu_time_us"]), (0, 0))
                self.check_ledger(job, cost)

    def check_ledger(self, job: dict, cost: fractions.Fraction):
        """One invocation, and GPU time that adds up."""
        entries = self.pages("/v1/ledger", "entries", job_id=job["id"])
        self.assertEqual({entry["kind"] for entry in entries}, {"GPU_TIME", "INVOCATION"})
        time = [entry for entry in entries if entry["kind"] == "GPU_TIME"]
        self.assertEqual(sum(entry["gpu_time_us"] for entry in time), job["gpu_time_us"])
        self.assertEqual({entry["unit_price_nanos"] for entry in time}, {case.GPU_SECOND_NANOS[job["gpu_type"]]})
        # Each line is rounded when shown.
        self.assertLessEqual(abs(sum(entry["amount_nanos"] for entry in time) - cost), len(time))
        self.assertEqual((time[0]["start_time"], time[-1]["end_time"]), (job["started_at"], job["completed_at"]))
        invocations = [entry for entry in entries if entry["kind"] == "INVOCATION"]
        self.assertEqual([entry["amount_nanos"] for entry in invocations], [case.INVOCATION_NANOS])

    def test_the_sum_over_many_jobs_is_exact(self):
        endpoint = self.endpoint("many", max_workers=4)
        ids = self.call("POST", f"/v1/endpoints/{endpoint}/batch",
                        {"jobs": [{"input": n} for n in range(200)]})["job_ids"]
        jobs = [self.complete(job_id) for job_id in ids]
        total = self.await_invocations(200, endpoint_id=endpoint)
        time = sum(job["gpu_time_us"] for job in jobs)
        self.assertEqual(total["gpu_time_us"], time)
        self.assertEqual(total["cost_nanos"], round(gpu_cost("rtx4000", time) + 200 * case.INVOCATION_NANOS))
        entries = [entry for entry in self.pages("/v1/ledger", "entries", page_size=37)
                   if entry["endpoint_id"] == endpoint]
        numbers = [entry["id"] for entry in entries]
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertEqual(sum(entry["gpu_time_us"] for entry in entries), time)

    def test_gpus_are_billed_each(self):
        job = self.run_job(self.endpoint("double", gpu_count=2), {"op": "sleep", "seconds": 0.1})
        total = self.await_invocations(1, job_id=job["id"])
        self.assertGreaterEqual(job["gpu_time_us"], 200_000)
        self.assertEqual(total["gpu_time_us"], job["gpu_time_us"])
        self.assertEqual(total["cost_nanos"], round(gpu_cost("rtx4000", job["gpu_time_us"]) + case.INVOCATION_NANOS))

    def test_each_attempt_that_the_handler_fails_is_billed(self):
        endpoint = self.endpoint("failing", max_retries=2)
        job = self.finish(self.submit(endpoint, {"op": "raise"}))
        total = self.await_invocations(3, job_id=job["id"])
        self.assertEqual(total["gpu_time_us"], job["gpu_time_us"])
        # One that runs over a full hour comes in parts, each with its part's number before its own.
        epochs = {entry["epoch"] % 1_000_000 for entry in self.pages("/v1/ledger", "entries", job_id=job["id"])}
        self.assertEqual(epochs, {1, 2, 3})

    def test_a_cancelled_job_pays_for_the_time_it_ran(self):
        endpoint = self.endpoint("cancelled")
        job_id = self.submit(endpoint, {"op": "hang"})
        self.await_status(job_id, "IN_PROGRESS")
        job = self.call("POST", f"/v1/jobs/{job_id}/cancel", {})
        servers.wait_until(lambda: self.pages("/v1/ledger", "entries", job_id=job_id), "the ledger to have the job")
        self.assertEqual(self.usage(job_id=job_id)["gpu_time_us"], job["gpu_time_us"])
        with self.gate(endpoint):
            queued = self.submit(endpoint, 1)
            self.call("POST", f"/v1/jobs/{queued}/cancel", {})
        after = self.run_job(endpoint, 2)
        self.await_invocations(1, job_id=after["id"])
        self.assertEqual(self.pages("/v1/ledger", "entries", job_id=queued), [])

    def test_usage_splits_by_what_it_is_asked_for(self):
        endpoints = {gpu_type: self.endpoint(f"split-{gpu_type}", gpu_types=[gpu_type])
                     for gpu_type in case.GPU_SECOND_NANOS}
        jobs = {gpu_type: self.run_job(endpoint, 1) for gpu_type, endpoint in endpoints.items()}
        for gpu_type, endpoint in endpoints.items():
            self.await_invocations(1, endpoint_id=endpoint)
            rows = [row for row in self.report(group_by="ENDPOINT&group_by=GPU_TYPE")["rows"]
                    if row["endpoint_id"] == endpoint]
            self.assertEqual([(row["gpu_type"], row["gpu_time_us"]) for row in rows],
                             [(gpu_type, jobs[gpu_type]["gpu_time_us"])])
        report = self.report(group_by="HOUR&group_by=ENDPOINT&group_by=GPU_TYPE")
        for field in ("gpu_time_us", "invocations"):
            self.assertEqual(sum(row[field] for row in report["rows"]), report["total"][field])


if __name__ == "__main__":
    case.main()
