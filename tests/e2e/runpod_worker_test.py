"""Images built on RunPod's SDK, whatever its release, run as they are."""

import contextlib
import pathlib

import case
import furnace
import servers

PUPPET, COROUTINE, GENERATOR = "runpod_puppet.py", "runpod_async.py", "runpod_generator.py"
# Releases that differ in what they send and bear; see tests/support/runpod_worker.py.
RELEASES = ("1.6.2", "1.7.3", "1.7.4", "1.7.9", "1.10.0", "1.12.0")


class RunPodWorkerTest(case.SuiteCase):
    EXTRA = {"scheduler": {"FURNACE_LEASE": "5s"}}

    def runpod(self, name: str, handler: str = PUPPET, *, sdk: str = "1.12.0", env=None, **spec) -> str:
        """An endpoint of a handler on that release."""
        return self.endpoint(name, handler_path=handler, env={"SDK_RELEASE": sdk, **(env or {})}, **spec)

    def fail_with(self, endpoint: str, job_input, cause: str, *words: str) -> dict:
        """The job has to fail for this cause, with these words."""
        job = self.finish(self.submit(endpoint, job_input))
        self.assertEqual((job["status"], job["cause"]), ("FAILED", cause), job)
        for word in words:
            self.assertIn(word, job["error"])
        return job

    def lines(self, path: pathlib.Path) -> list:
        """What runs have noted, without the process."""
        return [line.split()[0] for line in path.read_text().splitlines()]

    def test_every_release_runs_its_jobs(self):
        for sdk in RELEASES:
            with self.subTest(sdk=sdk):
                endpoint = self.runpod(f"release-{sdk.replace('.', '-')}", sdk=sdk)
                jobs = [self.submit(endpoint, {"number": number}) for number in range(5)]
                for number, job in enumerate(jobs):
                    self.assertEqual(self.complete(job)["output"], {"echo": {"number": number}})

    def test_results_become_what_clients_expect(self):
        endpoint = self.runpod("results")
        table = {
            "none": None, "empty": None, "nan": {"value": None}, "no_error": {"detail": 1},
            "nested": {"output": {"output": 1}},
        }
        for operation, output in table.items():
            with self.subTest(operation=operation):
                self.assertEqual(self.run_job(endpoint, {"op": operation}).get("output"), output)
        self.fail_with(endpoint, {"op": "error"}, "HANDLER_ERROR", '{"code": 7}')
        self.fail_with(endpoint, {"op": "raise"}, "HANDLER_ERROR", "ValueError", "told to")
        self.fail_with(endpoint, {"op": "exit"}, "HANDLER_EXITED", "exited with status 3")
        self.assertEqual(self.run_job(endpoint, "next")["output"], {"echo": "next"})

    def test_a_result_that_the_sdk_loses_fails_its_job_within_seconds(self):
        endpoint = self.runpod("lost")
        for operation in ("set", "surrogate"):
            self.fail_with(endpoint, {"op": operation}, "HANDLER_ERROR", "without reporting a result")

    def test_the_job_that_a_handler_sees_has_an_id_and_an_input(self):
        job = self.run_job(self.runpod("object"), {"op": "job"})
        self.assertEqual(job["output"], {"id": job["id"], "input": {"op": "job"}})

    def test_large_results_come_back_whole_and_those_too_large_say_so(self):
        endpoint = self.runpod("large")
        self.assertEqual(len(self.run_job(endpoint, {"op": "large", "bytes": 27_000_000})["output"]), 27_000_000)
        self.fail_with(endpoint, {"op": "large", "bytes": 68_000_000}, "HANDLER_ERROR", "more than the 67108864 allowed")

    def test_progress_is_shown_and_no_result(self):
        endpoint = self.runpod("progress")
        job = self.run_job(endpoint, {"op": "progress"})
        self.assertEqual(job["output"], {"echo": {"op": "progress"}})
        self.assertEqual(job["progress"], {"percent": 50})

    def test_a_handler_that_wants_to_be_replaced_is(self):
        endpoint = self.runpod("refresh")
        pids = {self.run_job(endpoint, {"op": "refresh"})["output"]["pid"] for _ in range(2)}
        pids.add(self.run_job(endpoint, {"op": "pid"})["output"])
        self.assertEqual(len(pids), 3)

    def test_an_image_that_wants_a_process_for_each_job_gets_them(self):
        endpoint = self.runpod("refresh-all", env={"REFRESH": "1"})
        jobs = [self.submit(endpoint, {"op": "pid"}) for _ in range(4)]
        self.assertEqual(len({self.complete(job)["output"] for job in jobs}), 4)

    def test_a_generator_streams_and_its_errors_fail(self):
        endpoint = self.runpod("generator", GENERATOR)
        job = self.run_job(endpoint, {"count": 3})
        numbers = [{"number": number} for number in range(3)]
        self.assertEqual(job["output"], numbers)
        with contextlib.closing(furnace.Client(self.suite.url, self.suite.api_key)) as client:
            chunks = [chunk for message in client.watch(job["id"]) for chunk in message.get("chunks", [])]
        self.assertEqual([chunk["output"] for chunk in chunks], numbers)
        self.fail_with(endpoint, {"count": 3, "fail_at": 1}, "HANDLER_ERROR", "told to")

    def test_a_coroutine_handler_runs_several_jobs_at_a_time_and_one_can_be_cancelled(self):
        endpoint = self.runpod("coroutine", COROUTINE)
        orders = [{"name": name, "path": str(self.folder / name), "cancelled": str(self.folder / f"{name}-cancelled")}
                  for name in ("a", "b", "c")]
        jobs = [self.submit(endpoint, order) for order in orders]
        for job in jobs:
            self.await_status(job, "IN_PROGRESS")
        self.assertEqual(len({self.job(job)["worker_id"] for job in jobs}), 1)
        self.call("POST", f"/v1/jobs/{jobs[0]}/cancel", {})
        servers.wait_until((self.folder / "a-cancelled").exists, "the handler to hear of it", case.JOB_TIMEOUT_S)
        for order, job in zip(orders[1:], jobs[1:]):
            pathlib.Path(order["path"]).touch()
            self.assertEqual(self.complete(job)["output"], {"name": order["name"]})

    def test_a_sync_handler_of_a_cancelled_job_is_killed(self):
        endpoint = self.runpod("sync-cancel")
        before = self.run_job(endpoint, {"op": "pid"})["output"]
        job = self.submit(endpoint, {"path": str(self.folder / "never"), "note": str(self.folder / "runs")})
        servers.wait_until((self.folder / "runs").exists, "the job to run", case.JOB_TIMEOUT_S)
        self.call("POST", f"/v1/jobs/{job}/cancel", {})
        self.assertNotEqual(self.run_job(endpoint, {"op": "pid"})["output"], before)
        self.assertEqual(self.job(job)["status"], "CANCELLED")

    def test_jobs_behind_one_that_turns_out_long_go_to_another_worker_and_run_once(self):
        endpoint = self.runpod("behind", max_workers=2, scaler_value=1)
        self.run_job(endpoint, "short")
        runs, gate = self.folder / "runs", self.folder / "gate"
        with_gate = {"path": str(gate), "note": str(runs), "name": "long"}
        jobs = [self.submit(endpoint, order) for order in
                (with_gate, *({"note": str(runs), "name": f"n{number}"} for number in range(6)))]
        try:
            for job in jobs[1:]:
                self.complete(job)
            self.assertEqual(self.job(jobs[0])["status"], "IN_PROGRESS")
        finally:
            gate.touch()
        self.complete(jobs[0])
        self.assertEqual(sorted(self.lines(runs)), ["long", *(f"n{number}" for number in range(6))])

    def test_the_time_that_a_job_lay_behind_others_is_not_billed(self):
        endpoint = self.runpod("bill")
        self.run_job(endpoint, "short")
        jobs = [self.complete(job) for job in [self.submit(endpoint, {"number": n}) for n in range(40)]]
        billed = sum(job["gpu_time_us"] for job in jobs)
        for job in jobs:
            self.assertLessEqual(job["execution_ms"] * 1000, job["gpu_time_us"])
            self.assertGreaterEqual((job["execution_ms"] + 1) * 1000, job["gpu_time_us"])
        usage = servers.wait_until(
            lambda: (lambda total: total["invocations"] == 41 and total)(
                self.call("GET", f"/v1/usage?endpoint_id={endpoint}")["total"]), "usage to be recorded")
        first = usage["gpu_time_us"] - billed
        self.assertGreater(first, 0, "the first job's")

    def test_the_time_to_get_ready_is_what_the_image_asks_for(self):
        silent = self.folder / "silent"
        silent.touch()
        endpoint = self.runpod("init", env={"RUNPOD_INIT_TIMEOUT": "1", "SILENT": str(silent)})
        job = self.submit(endpoint, {"op": "env", "name": "RUNPOD_INIT_TIMEOUT"})
        servers.wait_until(
            lambda: "handler did not ask for work in time" in self.job(job).get("waiting", {}).get("detail", ""),
            "the job to say why", case.JOB_TIMEOUT_S)
        silent.unlink()
        self.assertEqual(self.complete(job)["output"], "1")

    def test_why_a_worker_does_not_come_up_is_shown(self):
        unhealthy = self.folder / "unhealthy"
        unhealthy.touch()
        endpoint = self.runpod("unhealthy", env={"UNHEALTHY": str(unhealthy)})
        job = self.submit(endpoint, 1)

        def told():
            return [worker["last_event"] for worker in self.workers(endpoint) if worker.get("last_event")]
        self.assertEqual(servers.wait_until(told, "a worker to say why", case.JOB_TIMEOUT_S)[0], "memory: 2 GB of 4 GB")
        waiting = servers.wait_until(
            lambda: (lambda detail: "memory: 2 GB of 4 GB" in detail and detail)(
                self.job(job).get("waiting", {}).get("detail", "")), "the job to say why", case.JOB_TIMEOUT_S)
        self.assertIn("ended before their first job", waiting)
        unhealthy.unlink()
        self.complete(job)


if __name__ == "__main__":
    case.main()
