"""Where jobs run: GPU types in order of preference, and scaling from and to zero."""

import case
import servers


class OnePoolTest(case.SuiteCase):
    GPUS = "rtx4000=4:20480:simulated"

    def test_a_job_waits_while_there_is_no_gpu_of_its_type(self):
        picky = self.endpoint("picky", gpu_types=["rtx4090"])
        waiting = self.submit(picky, 1)
        # Scaled up from zero after it, so the scaler has seen the picky one.
        self.run_job(self.endpoint("modest"), 2)
        job = self.job(waiting)
        self.assertEqual((job["status"], job["attempt"]), ("IN_QUEUE", 0))
        self.assertEqual(self.workers(picky), [])

    def test_a_job_takes_the_second_choice_when_the_first_does_not_exist(self):
        job = self.run_job(self.endpoint("flexible", gpu_types=["rtx4090", "rtx4000"]), 1)
        self.assertEqual(job["gpu_type"], "rtx4000")

    def test_a_gpu_type_may_be_spelled_in_other_ways(self):
        self.assertEqual(self.run_job(self.endpoint("spelled", gpu_types=["RTX_4000"]), 1)["gpu_type"], "rtx4000")

    def test_workers_are_never_more_than_the_gpus(self):
        endpoint = self.endpoint("greedy", gpu_count=2, max_workers=4, scaler_type="REQUEST_COUNT",
                                 scaler_value=1)
        release = self.folder / "release"
        ids = [self.submit(endpoint, {"op": "gate", "path": str(release)}) for _ in range(4)]
        self.await_workers(endpoint, 2)
        gpus = {gpu["gpu_type"]: gpu for gpu in self.call("GET", "/v1/gpus")["gpus"]}
        self.assertEqual((gpus["rtx4000"]["total"], gpus["rtx4000"]["available"]), (4, 0))
        release.touch()
        for job_id in ids:
            job = self.complete(job_id)
            self.assertGreaterEqual(job["gpu_time_us"], 2)
            self.assertEqual(job["gpu_time_us"] % 2, 0)

    def tearDown(self):
        # The next test needs the GPUs.
        self.doCleanups()
        servers.wait_until(lambda: not self.call("GET", "/v1/workers").get("workers"), "workers to end")


class TwoPoolsTest(case.SuiteCase):
    GPUS = "rtx4000=4:20480:simulated,rtx4090=1:24576:simulated"

    def test_the_preferred_gpu_goes_first_and_the_other_when_it_is_full(self):
        first = self.endpoint("first", gpu_types=["rtx4090", "rtx4000"])
        with self.gate(first) as gate_job:
            self.assertEqual(self.job(gate_job)["gpu_type"], "rtx4090")
            second = self.endpoint("second", gpu_types=["rtx4090", "rtx4000"])
            self.assertEqual(self.run_job(second, 1)["gpu_type"], "rtx4000")
        third = self.endpoint("third", gpu_types=["rtx4000", "rtx4090"])
        self.assertEqual(self.run_job(third, 1)["gpu_type"], "rtx4000")

    def test_a_gpu_with_too_little_memory_is_passed_over(self):
        endpoint = self.endpoint("roomy", gpu_types=["rtx4000", "rtx4090"], vram_min_mib=24_000)
        self.assertEqual(self.run_job(endpoint, 1)["gpu_type"], "rtx4090")

    def tearDown(self):
        # The next test needs the GPUs.
        self.doCleanups()
        servers.wait_until(lambda: not self.call("GET", "/v1/workers").get("workers"), "workers to end")


class ScalingTest(case.SuiteCase):
    def test_an_idle_endpoint_falls_to_zero_and_rises_again(self):
        endpoint = self.endpoint("restless", idle_timeout_seconds=1)
        first = self.run_job(endpoint, 1)
        self.await_workers(endpoint, 0)
        second = self.run_job(endpoint, 2)
        self.assertNotEqual(first["worker_id"], second["worker_id"])
        self.assertGreater(second["cold_start_ms"], 0)
        self.await_workers(endpoint, 0)

    def test_the_warm_workers_of_an_endpoint_start_before_any_job(self):
        endpoint = self.endpoint("warm", min_workers=3, max_workers=3)
        workers = self.await_workers(endpoint, 3)
        self.assertIn(self.run_job(endpoint, 1)["worker_id"], [worker["id"] for worker in workers])

    def test_a_worker_for_each_job_when_the_endpoint_asks_for_it(self):
        endpoint = self.endpoint("wide", max_workers=4, scaler_type="REQUEST_COUNT", scaler_value=1)
        release = self.folder / "release"
        ids = [self.submit(endpoint, {"op": "gate", "path": str(release)}) for _ in range(6)]
        workers = self.await_workers(endpoint, 4)
        for job_id in ids[:4]:
            self.await_status(job_id, "IN_PROGRESS")
        self.assertEqual([self.job(job_id)["status"] for job_id in ids[4:]], ["IN_QUEUE"] * 2)
        release.touch()
        used = {self.complete(job_id)["worker_id"] for job_id in ids}
        self.assertEqual(used, {worker["id"] for worker in workers})

    def test_a_change_of_the_endpoint_replaces_its_idle_workers(self):
        endpoint = self.endpoint("changing", env={"GREETING": "hello"})
        self.assertEqual(self.run_job(endpoint, {"op": "env", "name": "GREETING"})["output"], "hello")
        spec = {**self.call("GET", f"/v1/endpoints/{endpoint}")["spec"], "env": {"GREETING": "bye"}}
        changed = self.call("PUT", f"/v1/endpoints/{endpoint}", spec)
        self.assertEqual(changed["revision"], 2)
        servers.wait_until(
            lambda: self.run_job(endpoint, {"op": "env", "name": "GREETING"})["output"] == "bye",
            "the new environment to be in force")

    def test_a_deleted_endpoint_runs_what_it_has_accepted_and_takes_no_more(self):
        endpoint = self.endpoint("deleted")
        with self.gate(endpoint) as running:
            queued = self.submit(endpoint, 1)
            self.call("DELETE", f"/v1/endpoints/{endpoint}")
            servers.wait_until(
                lambda: self.suite.request("POST", f"/v1/endpoints/{endpoint}/run", {"input": 2})[0] == 404,
                "the endpoint to refuse jobs")
        self.complete(running)
        self.complete(queued)
        self.await_workers(endpoint, 0)


if __name__ == "__main__":
    case.main()
