#!/usr/bin/env python3
"""Jobs that depend on others, and graphs of them, over REST with real workers of
endpoints in different shards."""

import collections
import threading
import uuid

import case
import servers

NODES = ("root", "left", "right", "join")


def after(*parents: str, **options) -> dict:
    """The options of a job that depends on these."""
    return {"options": {"depends_on": list(parents), **options}}


class DependencyTest(case.SuiteCase):
    """A parent and a child endpoint a test; see case.SuiteCase."""

    def endpoints(self, name: str) -> tuple:
        """Two endpoints, each with its worker."""
        return self.endpoint(f"{name}-parent"), self.endpoint(f"{name}-child")

    def refuse(self, path: str, body: dict, status: int, text: str):
        """A POST that is refused with this status and a text that names what is wrong."""
        answer_status, answer = self.suite.request("POST", path, body)
        self.assertEqual(answer_status, status, answer)
        self.assertIn(text, answer["error"])

    def diamond(self, first: str, second: str, number: int = 0) -> dict:
        """A graph of four nodes over two endpoints; what `join` returns is made of both sides."""
        side = {"from": {"$output": "root", "pointer": "/echo/number"}}
        return {"nodes": [
            {"name": "join", "endpoint_id": second, "depends_on": ["left", "right"],
             "input": {"number": number, "left": {"$output": "left", "pointer": "/echo/from"},
                       "right": {"$output": "right"}}},
            {"name": "left", "endpoint_id": second, "depends_on": ["root"], "input": {**side, "number": number}},
            {"name": "right", "endpoint_id": first, "depends_on": ["root"], "input": {**side, "number": number}},
            {"name": "root", "endpoint_id": first, "input": {"number": number}}]}

    # --- One job after another ---

    def test_a_child_waits_for_its_parent_and_gets_its_output(self):
        first, second = self.endpoints("chain")
        gate = self.folder / "gate"
        parent = self.submit(first, {"op": "gate", "path": str(gate), "list": [1, 2]})
        child = self.submit(second, {"it": {"$output": parent, "pointer": "/echo/list/1"},
                                     "nothing": {"$output": parent, "pointer": "/no/such"}}, **after(parent))
        job = self.job(child)
        self.assertEqual((job["status"], job["depends_on"]), ("WAITING", [parent]))
        self.assertEqual(job["waiting"]["constraint"], "DEPENDENCY")
        self.assertIn(parent, job["waiting"]["detail"])
        self.assertEqual(self.workers(second), [], "no worker is started for a job that waits for others")
        gate.touch()
        done = self.complete(child)
        self.assertEqual(done["output"]["echo"], {"it": 2, "nothing": None})
        self.assertEqual(self.run_job(second, 7, **after(parent))["depends_on"], [parent], "it has ended before")

    def test_a_large_output_is_an_input_too(self):
        first, second = self.endpoints("large")
        parent = self.submit(first, {"op": "large", "bytes": 100_000})
        child = self.complete(self.submit(second, {"it": {"$output": parent, "pointer": "/text"}}, **after(parent)))
        self.assertEqual(child["output"]["echo"]["it"], "x" * 100_000)

    def test_a_parent_that_fails_counts_by_the_policy(self):
        first, second = self.endpoints("policy")
        gate = self.folder / "gate"
        parent = self.submit(first, {"op": "gate", "path": str(gate)})
        fails = self.submit(second, 1, **after(parent))
        skipped = self.submit(second, {"its": {"$output": parent}}, **after(parent, on_parent_failure="SKIP"))
        goes_on = self.submit(second, {"its": {"$output": parent}}, **after(parent, on_parent_failure="CONTINUE"))
        below = self.submit(first, 1, **after(fails))
        self.call("POST", f"/v1/jobs/{parent}/cancel", {})
        job = self.finish(fails)
        self.assertEqual((job["status"], job["error"]), ("FAILED", f"parent {parent} is CANCELLED"))
        job = self.finish(skipped)
        self.assertEqual((job["status"], job["error"]), ("CANCELLED", f"skipped: parent {parent} is CANCELLED"))
        self.assertEqual(self.complete(goes_on)["output"]["echo"], {"its": None})
        self.assertEqual(self.finish(below)["error"], f"parent {fails} is FAILED")
        gate.touch()

    def test_a_waiting_job_is_listed_cancelled_and_purged(self):
        first, second = self.endpoints("waiting")
        with self.gate(first) as parent:
            cancelled, purged = (self.submit(second, 1, **after(parent)) for _ in range(2))
            servers.wait_until(
                lambda: len(self.pages("/v1/jobs", "jobs", endpoint_id=second, status="WAITING")) == 2,
                "the jobs to be listed as WAITING")
            self.assertEqual(self.call("POST", f"/v1/jobs/{cancelled}/cancel", {})["status"], "CANCELLED")
            self.assertEqual(self.call("POST", f"/v1/endpoints/{second}/purge", {})["purged"], 1)
        self.complete(parent)
        self.assertEqual(self.job(purged)["status"], "CANCELLED")

    def test_a_submit_repeated_under_its_key_is_one_child(self):
        first, second = self.endpoints("key")
        parent = self.submit(first, 1)
        fields = after(parent, idempotency_key="k")
        child = self.submit(second, 2, **fields)
        self.assertEqual(self.submit(second, 2, **fields), child)
        status, _ = self.suite.request("POST", f"/v1/endpoints/{second}/run",
                                       {"input": 2, "options": {"idempotency_key": "k"}})
        self.assertEqual(status, 409, "without its parent it is another job")
        self.complete(child)

    def test_bad_dependencies_are_refused_and_nothing_is_stored(self):
        first, second = self.endpoints("bad")
        parent = self.complete(self.submit(first, 1))["id"]
        unknown, path = str(uuid.uuid4()), f"/v1/endpoints/{second}/run"
        self.refuse(path, {"input": 1, **after(parent, unknown)}, 404, unknown)
        self.refuse(path, {"input": 1, **after("x")}, 400, "options.depends_on[0]")
        self.refuse(path, {"input": 1, **after(parent, parent)}, 400, "named twice")
        self.refuse(path, {"input": 1, **after(*(str(uuid.uuid4()) for _ in range(10_000)))}, 400,
                    "options.depends_on: number of jobs: 10000 is not from 0 to 100")
        self.refuse(path, {"input": 1, **after(parent, on_parent_failure="PANIC")}, 400, "on_parent_failure")
        self.refuse(path, {"input": {"$output": unknown}, **after(parent)}, 400, "which is not in depends_on")
        self.refuse(path, {"input": {"$output": parent, "pointer": "x"}, **after(parent)}, 400, "pointer")
        batch = {"jobs": [{"input": 1}, {"input": 1, **after(unknown)}]}
        self.refuse(f"/v1/endpoints/{second}/batch", batch, 404, unknown)
        self.assertEqual(self.pages("/v1/jobs", "jobs", endpoint_id=second), [])

    # --- Graphs ---

    def test_a_graph_runs_from_its_roots_to_its_ends(self):
        first, second = self.endpoints("graph")
        ids = self.call("POST", "/v1/graphs", self.diamond(first, second, 5))["job_ids"]
        self.assertEqual(sorted(ids), sorted(NODES))
        join = self.complete(ids["join"])
        self.assertEqual(join["depends_on"], [ids["left"], ids["right"]])
        self.assertEqual(join["output"]["echo"]["left"], 5)
        self.assertEqual(join["output"]["echo"]["right"]["echo"], {"from": 5, "number": 5})
        jobs = {name: self.job(ids[name]) for name in NODES}
        for child, parent in (("left", "root"), ("right", "root"), ("join", "left"), ("join", "right")):
            self.assertGreaterEqual(jobs[child]["started_at"], jobs[parent]["completed_at"])

    def test_a_bad_graph_is_refused_and_nothing_is_stored(self):
        first, second = self.endpoints("bad-graph")
        root = {"name": "a", "endpoint_id": first, "input": 1}
        child = {"name": "b", "endpoint_id": second, "input": 1, "depends_on": ["a"]}

        def refuse(status, text, *nodes):
            self.refuse("/v1/graphs", {"nodes": list(nodes)}, status, text)
        refuse(400, "nodes: 0 is not from 1 to 1000")
        refuse(400, "nodes: 1001 is not from 1 to 1000", *({**root, "name": f"n{i}"} for i in range(1001)))
        refuse(400, "node 'a': depends_on: it is part of a cycle", {**root, "depends_on": ["b"]}, child)
        refuse(400, "node 'a': depends_on: the node itself", {**root, "depends_on": ["a"]})
        refuse(400, "there is no node 'z'", {**root, "depends_on": ["z"]})
        refuse(400, "'a' is used twice", root, root)
        refuse(400, "'a' is named twice", root, {**child, "depends_on": ["a", "a"]})
        refuse(400, "nodes[1].depends_on: number of nodes: 10000", root, {**child, "depends_on": ["a"] * 10_000})
        refuse(400, "nodes[0].name", {**root, "name": "a b"})
        refuse(400, "nodes[0].options.depends_on", {**root, **after(str(uuid.uuid4()))})
        refuse(400, "nodes[0].options.idempotency_key", {**root, "options": {"idempotency_key": "k"}})
        refuse(400, "node 'b': input: it refers to the output of", root, {**child, "input": {"$output": "z"}})
        refuse(404, "node 'b'", root, {**child, "endpoint_id": str(uuid.uuid4())})
        for endpoint in (first, second):
            self.assertEqual(self.pages("/v1/jobs", "jobs", endpoint_id=endpoint), [])

    def test_a_graph_for_a_full_queue_does_not_run_in_part(self):
        first = self.endpoint("part-parent")
        second = self.endpoint("part-child", queue={"max_queued": 1})
        status, answer = self.suite.request("POST", "/v1/graphs", self.diamond(first, second))
        self.assertEqual((status, answer["code"]), (429, "RESOURCE_EXHAUSTED"))
        self.run_job(first, 1)  # Passes what would have come before it.
        jobs = self.pages("/v1/jobs", "jobs", endpoint_id=first)
        self.assertEqual({job["status"] for job in jobs[1:]}, {"CANCELLED"})

    def test_whatever_is_killed_a_graph_runs_whole_or_not_at_all(self):
        first, second = self.endpoints("kill")
        acknowledged, stop = {}, threading.Event()
        clients = [threading.Thread(target=self._submit_steadily, args=(first, second, k, acknowledged, stop))
                   for k in range(4)]
        for client in clients:
            client.start()
        try:
            for more in (5, 10, 15):
                servers.wait_until(lambda: len(acknowledged) >= more, "graphs to be acknowledged")  # pylint: disable=W0640
                self.suite.kill("scheduler")
                self.suite.start("scheduler")
        finally:
            stop.set()
            for client in clients:
                client.join()
        # The gateway takes a moment to find the scheduler that was started last.
        servers.wait_until(lambda: self.suite.request("GET", "/v1/jobs")[0] == 200, "the suite to answer")
        for ids in acknowledged.values():
            for job in ids.values():
                self.assertEqual(self._await_end(job)["status"], "COMPLETED")
        ends = collections.defaultdict(list)
        for endpoint in (first, second):
            for job in self.pages("/v1/jobs", "jobs", endpoint_id=endpoint, page_size=1000):
                self._await_end(job["id"])
                job = self.call("GET", f"/v1/jobs/{job['id']}?include_input=true")
                ends[job["input"]["number"]].append(job["status"])
        for number, statuses in ends.items():
            self.assertIn(statuses, (["COMPLETED"] * len(NODES), ["CANCELLED"] * len(statuses)), number)

    def _await_end(self, job_id: str) -> dict:
        """Polls until a job is final; it may be that of a graph which is yet to be given up."""
        def ended():
            job = self.job(job_id)
            return job if job["status"] in case.FINAL else None
        return servers.wait_until(ended, f"job {job_id} to end", case.JOB_TIMEOUT_S)

    def _submit_steadily(self, first, second, client: int, acknowledged: dict, stop: threading.Event):
        number = client
        while not stop.is_set():
            try:
                status, answer = self.suite.request("POST", "/v1/graphs", self.diamond(first, second, number),
                                                    timeout=10)
                if status == 200:
                    acknowledged[number] = answer["job_ids"]
            except (OSError, ValueError):
                pass
            number += 4


if __name__ == "__main__":
    case.main()
