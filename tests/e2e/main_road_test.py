"""The main road: an endpoint is declared, jobs are queued, run, watched and listed."""

import asyncio
import json
import urllib.request

import websockets

import case
import servers


def states(messages: list) -> list:
    """The states that a watch showed, without repetitions."""
    seen = []
    for message in messages:
        if not seen or seen[-1] != message["job"]["status"]:
            seen.append(message["job"]["status"])
    return seen


class MainRoadTest(case.SuiteCase):
    def test_an_endpoint_runs_a_job_from_zero(self):
        endpoint = self.endpoint("from-zero")
        self.assertEqual(self.workers(endpoint), [])
        job = self.call("POST", f"/v1/endpoints/{endpoint}/runsync", {"input": {"x": [1, 2.5]}})
        self.assertEqual(job["status"], "COMPLETED")
        self.assertEqual(job["output"]["echo"], {"x": [1, 2.5]})
        self.assertEqual(job["output"]["worker"], job["worker_id"])
        self.assertEqual((job["attempt"], job["retry_count"], job["gpu_type"]), (1, 0, "rtx4000"))
        self.assertGreater(job["cold_start_ms"], 0)
        self.assertGreater(job["gpu_time_us"], 0)
        shown = self.job(job["id"])
        (attempt,) = shown.pop("attempts")
        self.assertEqual((attempt["attempt"], attempt["billed_gpu_time_us"]), (1, job["gpu_time_us"]))
        self.assertEqual(job.pop("attempts"), [], "only Get tells them")
        self.assertEqual(shown, job)
        again = self.run_job(endpoint, None)
        self.assertEqual(again["worker_id"], job["worker_id"])
        self.assertEqual(again["cold_start_ms"], 0)

    def test_a_runsync_that_waits_too_long_answers_with_the_job_as_it_is(self):
        endpoint = self.endpoint("impatient")
        with self.gate(endpoint):
            job = self.call("POST", f"/v1/endpoints/{endpoint}/runsync", {"input": 1, "wait_ms": 1000})
            self.assertEqual(job["status"], "IN_QUEUE")
            self.assertNotIn("output", job)
        self.assertEqual(self.complete(job["id"])["output"], {"echo": 1})

    def test_a_watch_shows_each_state_and_the_progress_in_order(self):
        endpoint = self.endpoint("watched")
        with self.gate(endpoint):
            job_id, release = self._watched_job(endpoint)
            lines = urllib.request.urlopen(urllib.request.Request(
                f"{self.suite.url}/v1/jobs/{job_id}/watch",
                headers={"Authorization": f"Bearer {self.suite.api_key}"}), timeout=case.JOB_TIMEOUT_S)
            first = json.loads(lines.readline())
            self.assertEqual(first["job"]["status"], "IN_QUEUE")
        messages = [first]
        for line in lines:
            messages.append(json.loads(line))
            if messages[-1]["job"].get("progress"):
                release.touch()
        self._check_watch(messages)

    def test_a_web_socket_shows_each_state_and_the_progress_in_order(self):
        endpoint = self.endpoint("web-socket")
        with self.gate(endpoint) as gate_job:
            job_id, release = self._watched_job(endpoint)
            messages, code = asyncio.run(self._watch_web_socket(job_id, release, gate_job))
        self._check_watch(messages)
        self.assertEqual(code, 1000)

    def _watched_job(self, endpoint: str):
        release = self.folder / "release"
        order = {"op": "progress", "value": {"percent": 50}, "path": str(release)}
        return self.submit(endpoint, order), release

    async def _watch_web_socket(self, job_id: str, release, gate_job: str):
        url = f"{self.suite.url}/v1/jobs/{job_id}/stream?token={self.suite.api_key}"
        messages = []
        async with websockets.connect(url.replace("http", "ws", 1)) as socket:
            messages.append(json.loads(await socket.recv()))
            (self.folder / "gate").touch()
            async for text in socket:
                messages.append(json.loads(text))
                if messages[-1]["job"].get("progress"):
                    release.touch()
        return messages, socket.close_code

    def _check_watch(self, messages: list):
        self.assertEqual(states(messages), ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"])
        versions = [message["job"]["version"] for message in messages]
        self.assertEqual(versions, sorted(versions))
        progress = [message["job"].get("progress") for message in messages if message["job"].get("progress")]
        self.assertEqual(progress[0], {"percent": 50})
        self.assertEqual(messages[-1]["job"]["output"]["echo"]["op"], "progress")

    def test_a_watch_of_a_final_job_shows_it_once_and_ends(self):
        endpoint = self.endpoint("watched-late")
        job = self.run_job(endpoint, 1)
        status, text = self.raw("GET", f"/v1/jobs/{job['id']}/watch")
        self.assertEqual(status, 200)
        self.assertEqual([json.loads(line)["job"] for line in text.splitlines()], [job])

    def test_one_worker_takes_jobs_by_priority_and_then_by_age(self):
        endpoint = self.endpoint("priority")
        with self.gate(endpoint):
            priorities = [0, -10, 5, 10, 0, -1, 10, 1]
            ids = [self.submit(endpoint, n, priority=p) for n, p in enumerate(priorities)]
        jobs = [self.complete(job_id) for job_id in ids]
        by_start = sorted(jobs, key=lambda job: job["started_at"])
        expected = sorted(range(len(ids)), key=lambda n: (-priorities[n], n))
        self.assertEqual([job["output"]["echo"] for job in by_start], expected)

    def test_a_batch_is_queued_in_its_order(self):
        endpoint = self.endpoint("batch")
        with self.gate(endpoint):
            ids = self.call("POST", f"/v1/endpoints/{endpoint}/batch",
                            {"jobs": [{"input": n} for n in range(50)]})["job_ids"]
        self.assertEqual(len(set(ids)), 50)
        jobs = [self.complete(job_id) for job_id in ids]
        self.assertEqual([job["output"] for job in jobs], [{"echo": n} for n in range(50)])
        starts = [job["started_at"] for job in jobs]
        self.assertEqual(starts, sorted(starts))

    def test_a_cancelled_job_that_is_queued_never_runs(self):
        endpoint = self.endpoint("cancel-queued")
        trace = self.folder / "ran"
        with self.gate(endpoint):
            job_id = self.submit(endpoint, {"op": "touch", "path": str(trace)})
            cancelled = self.call("POST", f"/v1/jobs/{job_id}/cancel", {})
            self.assertEqual(cancelled["status"], "CANCELLED")
        self.run_job(endpoint, "after")
        self.assertFalse(trace.exists())
        job = self.job(job_id)
        self.assertEqual((job["status"], job["attempt"], job["gpu_time_us"]), ("CANCELLED", 0, 0))

    def test_a_cancelled_job_that_runs_is_stopped_and_billed(self):
        endpoint = self.endpoint("cancel-running")
        job_id = self.submit(endpoint, {"op": "hang"})
        self.await_status(job_id, "IN_PROGRESS")
        cancelled = self.call("POST", f"/v1/jobs/{job_id}/cancel", {})
        self.assertEqual(cancelled["status"], "CANCELLED")
        self.assertGreater(cancelled["gpu_time_us"], 0)
        self.assertEqual(self.run_job(endpoint, "after")["output"], {"echo": "after"})
        again = self.call("POST", f"/v1/jobs/{job_id}/cancel", {})
        self.assertEqual((again["status"], again["version"]), ("CANCELLED", cancelled["version"]))

    def test_a_job_that_is_done_cannot_be_cancelled(self):
        endpoint = self.endpoint("cancel-late")
        job = self.run_job(endpoint, 1)
        self.assertEqual(self.call("POST", f"/v1/jobs/{job['id']}/cancel", {}), job)


class ListTest(case.SuiteCase):
    def test_a_list_is_newest_first_in_pages_without_gaps(self):
        endpoint = self.endpoint("listed")
        other = self.endpoint("listed-too")
        self.run_job(other, "other")
        with self.gate(endpoint) as gate_job:
            ids = self.call("POST", f"/v1/endpoints/{endpoint}/batch",
                            {"jobs": [{"input": n} for n in range(25)]})["job_ids"]
            self._await_listed(26, endpoint_id=endpoint)
            queued = self.pages("/v1/jobs", "jobs", status="IN_QUEUE", page_size=10)
            self.assertEqual([job["id"] for job in queued], ids[::-1])
        for job_id in ids:
            self.complete(job_id)
        self._await_listed(26, endpoint_id=endpoint, status="COMPLETED")
        for size in (1, 7, 26, 1000):
            listed = self.pages("/v1/jobs", "jobs", endpoint_id=endpoint, page_size=size)
            self.assertEqual([job["id"] for job in listed], ids[::-1] + [gate_job])
            self.assertFalse([job for job in listed if "output" in job])
        self.assertEqual(len(self.pages("/v1/jobs", "jobs", page_size=5)), 27)

    def _await_listed(self, count: int, **query):
        servers.wait_until(lambda: len(self.pages("/v1/jobs", "jobs", **query)) == count,
                           f"{count} jobs to be listed with {query}")


if __name__ == "__main__":
    case.main()
