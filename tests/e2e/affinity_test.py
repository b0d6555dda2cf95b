"""Which worker a job gets, as it asks for it: GPU types, fallback, region, tier, warm
models, task types and critical jobs; over REST with real workers."""

import datetime

import case
import servers


def at(timestamp: str) -> datetime.datetime:
    """The time an answer means."""
    return datetime.datetime.fromisoformat(timestamp)


class AffinityTest(case.SuiteCase):
    """One endpoint a test; see case.SuiteCase."""

    GPUS = "rtx4000=8:20480:simulated,rtx4090=8:24576:simulated"

    def hold(self, endpoint: str, name: str, **options) -> str:
        """A job that runs until the gate of that name is opened, and has begun."""
        job = self.submit(endpoint, {"op": "gate", "path": str(self.folder / name)}, options=options)
        self.await_status(job, "IN_PROGRESS")
        return job

    def open(self, name: str):
        """Lets the jobs at this gate go on."""
        (self.folder / name).touch()

    def test_a_job_may_ask_for_one_of_its_endpoints_gpus(self):
        endpoint = self.endpoint("choosy", gpu_types=["rtx4000", "rtx4090"], max_workers=2)
        job = self.run_job(endpoint, 1, options={"affinity": {"gpu_types": ["RTX 4090"]}})
        self.assertEqual(job["gpu_type"], "rtx4090")

    def test_a_gpu_that_is_not_the_endpoints_is_refused(self):
        endpoint = self.endpoint("refuses")
        status, answer = self.suite.request("POST", f"/v1/endpoints/{endpoint}/run", {
            "input": 1, "options": {"affinity": {"gpu_types": ["h100"]}}})
        self.assertEqual((status, answer["code"]), (400, "INVALID_ARGUMENT"))
        self.assertIn("h100", answer["error"])

    def test_the_second_choice_gets_a_job_after_its_wait(self):
        endpoint = self.endpoint("patient", gpu_types=["rtx5090", "rtx4090"], fallback_after_seconds=1)
        job = self.run_job(endpoint, 1)
        self.assertEqual(job["gpu_type"], "rtx4090")
        waited = at(job["started_at"]) - at(job["queued_at"])
        self.assertGreaterEqual(waited.total_seconds(), 1)

    def test_a_job_that_asks_for_a_region_waits_for_a_worker_there(self):
        endpoint = self.endpoint("regional")
        job = self.submit(endpoint, 1, options={"affinity": {"region": "mars"}})
        self.await_reason(job, "CANNOT_RUN")
        self.assertEqual(self.workers(endpoint), [])
        self.assertEqual(self.run_job(endpoint, 2)["status"], "COMPLETED", "it holds up nobody")
        asked = self.job(job)["affinity"]
        self.assertEqual((asked["gpu_types"], asked["region"]), (["rtx4000"], "mars"))

    def test_more_memory_than_the_first_gpu_has_goes_to_the_second(self):
        endpoint = self.endpoint("roomy", gpu_types=["rtx4000", "rtx4090"])
        job = self.run_job(endpoint, 1, options={"affinity": {"vram_min_mib": 24_000}})
        self.assertEqual(job["gpu_type"], "rtx4090")

    def test_a_job_goes_to_the_worker_that_ran_its_model_before(self):
        endpoint = self.endpoint("models", min_workers=2, max_workers=2)
        self.await_workers(endpoint, 2)
        jobs = [self.hold(endpoint, "gate", affinity={"model": model}) for model in ("llama", "flux")]
        self.open("gate")
        warm = {model: self.complete(job)["worker_id"] for model, job in zip(("llama", "flux"), jobs)}
        self.assertNotEqual(warm["llama"], warm["flux"])
        for model in ("flux", "llama", "llama", "flux", "flux", "llama"):
            job = self.run_job(endpoint, 1, options={"affinity": {"model": model}})
            self.assertEqual(job["worker_id"], warm[model], model)

    def test_a_task_type_stands_for_an_endpoint(self):
        endpoint = self.endpoint("tasks", task_types=["upscale"])
        job = self.call("POST", "/v1/tasks/upscale/run", {"input": 7})
        self.assertEqual(job["endpoint_id"], endpoint)
        self.assertEqual(self.finish(job["id"])["status"], "COMPLETED")
        for task, status in (("translate", 404), ("Not%20a%20task", 400)):
            self.assertEqual(self.suite.request("POST", f"/v1/tasks/{task}/run", {"input": 7})[0], status)

    def test_a_critical_job_starts_a_worker_at_once_and_goes_first(self):
        endpoint = self.endpoint("critical", max_workers=2, scaler_value=3600)
        self.hold(endpoint, "gate")
        waiting = self.submit(endpoint, {"op": "gate", "path": str(self.folder / "gate")}, priority=10)
        critical = self.hold(endpoint, "gate", critical=True)
        self.assertTrue(self.job(critical)["critical"])
        self.assertEqual(self.job(waiting)["status"], "IN_QUEUE")
        self.assertEqual(len(self.workers(endpoint)), 2)
        self.open("gate")
        for job in (critical, waiting):
            self.complete(job)

    def test_a_job_that_asks_for_it_starts_no_worker_whereas_the_lowest_priority_does(self):
        endpoint = self.endpoint("modest")
        modest = self.submit(endpoint, 1, priority=10, options={"starts_no_worker": True})
        self.assertTrue(self.job(modest)["starts_no_worker"])
        # Another endpoint's worker starts meanwhile: the autoscaler has seen the job.
        self.run_job(self.endpoint("other"), 1)
        self.assertEqual(self.workers(endpoint), [])
        self.complete(self.submit(endpoint, 2, priority=-10))
        self.complete(modest)


if __name__ == "__main__":
    case.main()
