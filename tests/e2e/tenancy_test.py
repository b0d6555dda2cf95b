"""Roles, keys and projects: nobody does more than his role may, and nobody sees, or
can tell, what another project has."""

import asyncio
import uuid

import websockets

import case
import servers

# Longer than a gateway may remember a revoked key.
FORGET_TIMEOUT_S = 45


class TenancyTest(case.SuiteCase):
    def key(self, role: str, project: str = "me") -> dict:
        """A new key: id and secret."""
        answer = self.call("POST", f"/v1/projects/{project}/keys", {"name": f"for {role}", "role": role})
        return {"id": answer["key"]["id"], "secret": answer["secret"]}

    def refused(self, method: str, path: str, body, key: str, status: int, code: str) -> dict:
        """The call has to be refused so."""
        got, answer = self.suite.request(method, path, body, key=key)
        self.assertEqual((got, answer.get("code")), (status, code), f"{method} {path}: {answer}")
        self.assertEqual(set(answer), {"error", "code", "request_id"})
        return answer

    def test_each_role_may_do_what_the_ones_below_it_may_and_no_more(self):
        endpoint = self.endpoint("roles")
        job = self.run_job(endpoint, 1)["id"]
        spec = {"name": "by-role", "image_uri": "file:///nowhere"}
        calls = {
            "VIEWER": [("GET", f"/v1/jobs/{job}", None), ("GET", "/v1/jobs", None), ("GET", "/v1/usage", None),
                       ("GET", "/v1/ledger", None), ("GET", "/v1/ledger/head", None), ("GET", "/v1/ledger/audit", None),
                       ("GET", f"/v1/endpoints/{endpoint}", None),
                       ("GET", f"/v1/endpoints/{endpoint}/health", None),
                       ("GET", f"/v1/jobs/{job}/watch", None), ("GET", "/v1/workers", None),
                       ("GET", "/v1/gpus", None), ("GET", "/v1/projects/me", None), ("GET", "/v1/prices", None)],
            "RUNNER": [("POST", f"/v1/endpoints/{endpoint}/run", {"input": 1}),
                       ("POST", f"/v1/endpoints/{endpoint}/batch", {"jobs": [{"input": 1}]}),
                       ("POST", f"/v1/endpoints/{endpoint}/runsync", {"input": 1}),
                       ("POST", "/v1/graphs", {"nodes": [{"name": "a", "endpoint_id": endpoint, "input": 1}]}),
                       ("POST", f"/v1/jobs/{job}/cancel", {})],
            "DEVELOPER": [("POST", "/v1/endpoints", spec), ("PUT", f"/v1/endpoints/{uuid.uuid4()}", spec),
                          ("DELETE", f"/v1/endpoints/{uuid.uuid4()}", None)],
            "ADMIN": [("POST", "/v1/projects/me/keys", {"name": "x", "role": "VIEWER"}),
                      ("GET", "/v1/projects/me/keys", None),
                      ("DELETE", f"/v1/projects/me/keys/{uuid.uuid4()}", None)],
            "OPERATOR": [("POST", "/v1/projects", {"name": "by-role"})],
        }
        roles = list(calls)
        for rank, role in enumerate(roles[:-1]):
            secret = self.key(role)["secret"]
            for needed, of_role in calls.items():
                for method, path, body in of_role:
                    with self.subTest(role=role, call=f"{method} {path}"):
                        if roles.index(needed) > rank:
                            self.refused(method, path, body, secret, 403, "PERMISSION_DENIED")
                        else:
                            status, _ = self.raw(method, path, body and case.encode(body),
                                                 headers={"Authorization": f"Bearer {secret}"})
                            self.assertIn(status, (200, 404, 409))

    def test_nobody_issues_the_role_of_an_operator(self):
        status, answer = self.suite.request("POST", "/v1/projects/me/keys", {"name": "x", "role": "OPERATOR"})
        self.assertEqual((status, answer["code"]), (400, "INVALID_ARGUMENT"))

    def test_a_revoked_key_stops_working(self):
        key = self.key("VIEWER")
        self.call("GET", "/v1/jobs", key=key["secret"])
        revoked = self.call("DELETE", f"/v1/projects/me/keys/{key['id']}")
        self.assertIn("revoked_at", revoked["key"])
        servers.wait_until(lambda: self.suite.request("GET", "/v1/jobs", key=key["secret"])[0] == 401,
                           "the key to be forgotten", FORGET_TIMEOUT_S)
        self.refused("GET", "/v1/jobs", None, key["secret"], 401, "UNAUTHENTICATED")
        again = self.call("DELETE", f"/v1/projects/me/keys/{key['id']}")
        self.assertEqual(again["key"]["revoked_at"], revoked["key"]["revoked_at"])

    def test_a_key_is_shown_once(self):
        key = self.key("VIEWER")
        _, listed = self.raw("GET", "/v1/projects/me/keys")
        self.assertIn(key["id"].encode(), listed)
        self.assertNotIn(key["secret"].encode(), listed)
        for service in ("gateway", "registry"):
            self.assertNotIn(key["secret"], self.suite.log(service))
            self.assertNotIn(self.suite.api_key, self.suite.log(service))


class ForeignTest(case.SuiteCase):
    """Two projects; everything of the one is unknown to the other."""

    def setUp(self):
        super().setUp()
        self.project, issued = self.new_project("theirs")
        self.theirs = issued["secret"]
        self.their_key_id = issued["key"]["id"]
        mine = self.call("POST", f"/v1/projects/{self.call('GET', '/v1/projects/me')['id']}/keys",
                         {"name": "mine", "role": "ADMIN"})
        self.my_key_id = mine["key"]["id"]

    def same_as_unknown(self, method: str, path: str, foreign: str, body=None):
        """The answer for a foreign id and that for one that never was differ in the id only."""
        unknown = str(uuid.uuid4())
        answers = []
        for which in (foreign, unknown):
            sent = body and case.encode(body).replace(b'"ID"', b'"' + which.encode() + b'"')
            status, answer = self.suite.request(method, path.replace("ID", which), sent, key=self.theirs)
            answers.append((status, answer.get("code"), answer.get("error", "").replace(which, "ID")))
        self.assertEqual(answers[0], answers[1], f"{method} {path}")
        self.assertEqual(answers[0][:2], (404, "NOT_FOUND"), f"{method} {path}: {answers[0]}")

    def test_what_is_foreign_is_answered_like_what_never_was(self):
        endpoint = self.endpoint("foreign")
        done = self.run_job(endpoint, "secret")["id"]
        batch = self.call("POST", f"/v1/endpoints/{endpoint}/batch", {"jobs": [{"input": 1}]})["batch_id"]
        for method, path, body in (("GET", "/v1/batches/ID", None), ("GET", "/v1/batches/ID/failures", None),
                                   ("POST", "/v1/batches/ID/cancel", {})):
            with self.subTest(call=f"{method} {path}"):
                self.same_as_unknown(method, path, batch, body)
        servers.wait_until(lambda: self.call("GET", f"/v1/batches/{batch}")["done"], "the batch to be done")
        spec = {"name": "foreign", "image_uri": "file:///nowhere"}
        with self.gate(endpoint) as running:
            queued = self.submit(endpoint, "secret too")
            for job in (done, running, queued):
                for method, path, body in (
                        ("GET", "/v1/jobs/ID", None), ("GET", "/v1/jobs/ID?include_input=true", None),
                        ("GET", "/v1/jobs/ID/wait?wait_ms=1000", None), ("GET", "/v1/jobs/ID/watch", None),
                        ("POST", "/v1/jobs/ID/cancel", {})):
                    with self.subTest(call=f"{method} {path}", job=job):
                        self.same_as_unknown(method, path, job, body)
            for method, path, body in (
                    ("GET", "/v1/endpoints/ID", None), ("PUT", "/v1/endpoints/ID", spec),
                    ("DELETE", "/v1/endpoints/ID", None), ("GET", "/v1/workers?endpoint_id=ID", None),
                    ("POST", "/v1/endpoints/ID/run", {"input": 1}),
                    ("POST", "/v1/endpoints/ID/runsync", {"input": 1}),
                    ("POST", "/v1/endpoints/ID/batch", {"jobs": [{"input": 1}]}),
                    ("POST", "/v1/graphs", {"nodes": [{"name": "a", "endpoint_id": "ID", "input": 1}]})):
                with self.subTest(call=f"{method} {path}"):
                    self.same_as_unknown(method, path, endpoint, body)
            self.assertEqual(self.job(queued)["status"], "IN_QUEUE")
            self.assertEqual(self.job(running)["status"], "IN_PROGRESS")
        self.complete(queued)
        self.complete(running)

    def test_nobody_depends_on_a_foreign_job(self):
        mine = self.run_job(self.endpoint("foreign-parent"), "secret")["id"]
        spec = {"name": "theirs", "image_uri": f"file://{case.HANDLERS}", "handler_path": "echo.py"}
        _, theirs = self.suite.request("POST", "/v1/endpoints", spec, key=self.theirs)
        path = f"/v1/endpoints/{theirs['id']}/run"
        self.same_as_unknown("POST", path, mine, {"input": 1, "options": {"depends_on": ["ID"]}})
        self.same_as_unknown("POST", path, mine, {"input": {"$output": "ID"}, "options": {"depends_on": ["ID"]}})

    def test_foreign_projects_and_keys_are_answered_like_ones_that_never_were(self):
        mine = self.call("GET", "/v1/projects/me")["id"]
        self.same_as_unknown("GET", "/v1/projects/ID", mine)
        self.same_as_unknown("GET", "/v1/projects/ID/keys", mine)
        self.same_as_unknown("POST", "/v1/projects/ID/keys", mine, {"name": "x", "role": "VIEWER"})
        self.same_as_unknown("DELETE", "/v1/projects/me/keys/ID", self.my_key_id)
        self.same_as_unknown("DELETE", f"/v1/projects/ID/keys/{self.my_key_id}", mine)
        self.assertEqual([p["id"] for p in self.call("GET", "/v1/projects", key=self.theirs)["projects"]],
                         [self.project])

    def test_lists_and_sums_have_nothing_of_others(self):
        endpoint = self.endpoint("hidden")
        job = self.run_job(endpoint, 1)
        servers.wait_until(lambda: self.pages("/v1/ledger", "entries", job_id=job["id"]), "the ledger")
        for path, field in (("/v1/jobs", "jobs"), ("/v1/batches", "batches"), ("/v1/workers", "workers"), ("/v1/endpoints", "endpoints"),
                            ("/v1/ledger", "entries"), (f"/v1/ledger?job_id={job['id']}", "entries"),
                            ("/v1/ledger/transactions", "transactions"), ("/v1/ledger/refused", "records"),
                            (f"/v1/jobs?endpoint_id={endpoint}", "jobs"),
                            (f"/v1/jobs?page_token={job['id']}", "jobs")):
            with self.subTest(path=path):
                self.assertEqual(self.call("GET", path, key=self.theirs).get(field, []), [])
        self.same_as_unknown("GET", "/v1/receipts/ID", job["id"])
        for query in ("", f"?endpoint_id={endpoint}", f"?job_id={job['id']}"):
            total = self.call("GET", f"/v1/usage{query}", key=self.theirs)["total"]
            self.assertEqual((total["gpu_time_us"], total["cost_nanos"], total["invocations"]), (0, 0, 0))

    def test_two_projects_may_name_their_endpoints_alike(self):
        self.endpoint("alike")
        spec = {"name": "alike", "image_uri": "file:///nowhere"}
        theirs = self.call("POST", "/v1/endpoints", spec, key=self.theirs)
        self.assertEqual(theirs["project_id"], self.project)
        status, answer = self.suite.request("POST", "/v1/endpoints", spec, key=self.theirs)
        self.assertEqual((status, answer["code"]), (409, "ALREADY_EXISTS"))

    def test_a_web_socket_of_a_foreign_job_ends_like_one_of_no_job(self):
        foreign = self.run_job(self.endpoint("foreign-socket"), 1)["id"]
        unknown = str(uuid.uuid4())
        ends = [asyncio.run(self._web_socket_end(job, self.theirs)) for job in (foreign, unknown)]
        self.assertEqual(ends[0].replace(foreign, "ID"), ends[1].replace(unknown, "ID"))
        self.assertIn("404", ends[0])
        self.assertIn("401", asyncio.run(self._web_socket_end(foreign, "fk_" + "0" * 48)))

    async def _web_socket_end(self, job: str, key: str) -> str:
        url = f"{self.suite.url}/v1/jobs/{job}/stream?token={key}".replace("http", "ws", 1)
        try:
            async with websockets.connect(url) as socket:
                self.fail(f"a foreign job was shown: {await socket.recv()}")
        except websockets.ConnectionClosed as end:
            return f"{end.rcvd.code} {end.rcvd.reason}"
        except websockets.InvalidStatusCode as error:
            return str(error.status_code)


if __name__ == "__main__":
    case.main()
