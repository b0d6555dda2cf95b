"""Hostile and broken requests: each is answered by a 4xx that says why, nothing is
stored, and the services stay up."""

import http.client
import json
import socket
import uuid

import case
import servers
import suite

MIB = 1 << 20
LONG = "9" * 400
UNKNOWN = "0190a000-0000-7000-8000-000000000000"

# Bodies of a run that are refused, and a word of the reason.
BAD_BODIES = (
    (b"", "input"),
    (b"{", "JSON"),
    (b"not json", "JSON"),
    (b"[]", "object"),
    (b'"text"', "object"),
    (b"null", "object"),
    (b"{}", "input"),
    (b'{"input": 1} x', "JSON"),
    (b'{"input": 1,}', "JSON"),
    (b"{'input': 1}", "JSON"),
    (b'{"input": 01}', "JSON"),
    (b'{"input": NaN}', "JSON"),
    (b'{"input": "a\tb"}', "JSON"),
    (b'{"input": "\xff\xfe"}', "UTF-8"),
    (b'{"input": "\xc0\x80"}', "UTF-8"),
    (b'{"input": "\xed\xa0\x80"}', "UTF-8"),
    (b'\xef\xbb\xbf{"input": 1}', ""),
    (b"\x00", "JSON"),
    (b'{"input": 1, "input": 2}', "input"),
    (b'{"input": 1, "unknown": 2}', "unknown"),
    (b'{"input": 1, "endpoint_id": "x"}', "endpoint_id"),
    (b'{"input": 1, "priority": "high"}', "priority"),
    (b'{"input": 1, "priority": 1.5}', "priority"),
    (b'{"input": 1, "priority": 11}', "priority"),
    (b'{"input": 1, "priority": -11}', "priority"),
    (b'{"input": 1, "priority": ' + LONG.encode() + b"}", "priority"),
    (b'{"input": 1, "priority": -2147483649}', "priority"),
    (b'{"input": 1, "priority": []}', "priority"),
    (b'{"input": ' + b"[" * 101 + b"]" * 101 + b"}", ""),
    (b'{"input": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}", ""),
)

# Fields of an endpoint that are refused by name.
BAD_SPECS = (
    {"name": ""}, {"name": "Upper"}, {"name": "x" * 64}, {"name": 7}, {"name": "nul\0"},
    {"image_uri": ""}, {"image_uri": "file://relative"}, {"image_uri": "file:///a/../../etc"},
    {"image_uri": "x" * 501}, {"handler_path": "../secret.py"}, {"handler_path": "/etc/passwd"},
    {"handler_path": "x" * 256}, {"env": {"RUNPOD_AI_API_KEY": "x"}}, {"env": {"FURNACE_X": "x"}},
    {"env": {"1x": "x"}}, {"env": {"X": "y" * 40_000}}, {"env": {f"X{n}": "" for n in range(101)}},
    {"env": {"X": 1}}, {"env": {"X": "nul\0"}}, {"gpu_types": ["a,b"]}, {"gpu_types": [""]},
    {"gpu_types": ["t%d" % n for n in range(9)]}, {"gpu_types": "rtx4000"}, {"gpu_count": -1},
    {"gpu_count": 17}, {"vram_min_mib": -1}, {"vram_min_mib": 1_048_577}, {"timeout_seconds": -1},
    {"timeout_seconds": 604_801}, {"min_workers": -1}, {"min_workers": 11, "max_workers": 10},
    {"min_workers": 101, "max_workers": 1000}, {"max_workers": 0}, {"max_workers": 1001},
    {"idle_timeout_seconds": 0}, {"idle_timeout_seconds": 3601}, {"scaler_type": "MAGIC"},
    {"scaler_value": -1}, {"scaler_value": 3601}, {"max_retries": -1}, {"max_retries": 11},
    {"max_retries": 2**31}, {"max_retries": "1"}, {"unknown": 1},
)

BAD_QUERIES = (
    "/v1/jobs?page_size=-1", "/v1/jobs?page_size=1001", "/v1/jobs?page_size=many", f"/v1/jobs?page_size={LONG}",
    "/v1/jobs?page_token=x", "/v1/jobs?status=HAPPY", "/v1/jobs?endpoint_id=x", "/v1/jobs?unknown=1",
    "/v1/jobs?page_size=1&page_size=2", "/v1/jobs?%ff=1", "/v1/jobs?page_token=%ff%fe", "/v1/jobs?page_token=%zz",
    "/v1/endpoints?page_size=1001", "/v1/endpoints?page_token=%00", "/v1/usage?start_time=yesterday",
    "/v1/usage?start_time=2026-01-02T00:00:00Z&end_time=2026-01-01T00:00:00Z",
    "/v1/usage?start_time=2020-01-01T00:00:00Z&end_time=2026-01-01T00:00:00Z", "/v1/usage?group_by=COLOUR",
    "/v1/usage?job_id=1", "/v1/ledger?page_size=0x10", "/v1/ledger?page_token=-1", "/v1/jobs/x",
    "/v1/jobs/x/watch", "/v1/jobs/x/wait", f"/v1/jobs/{UNKNOWN}/wait?wait_ms=-1",
    f"/v1/jobs/{UNKNOWN}/wait?wait_ms=300001", "/v1/workers?endpoint_id=../x",
)


class BadInputTest(case.SuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        spec = {"name": "target", "image_uri": "file:///nowhere", "gpu_types": ["none"]}
        cls.endpoint_id = cls.suite.request("POST", "/v1/endpoints", spec)[1]["id"]
        cls.tracers = set()
        cls.run_path = f"/v1/endpoints/{cls.endpoint_id}/run"

    def tearDown(self):
        """Nothing was stored, and everything lives."""
        for name in suite.SERVICES:
            self.assertIsNone(self.suite.processes[name].poll(), f"{name} ended: {self.suite.log(name)[-2000:]}")
        # A job that is good passes the event log after all that might have been stored.
        self.tracers.add(self.submit(self.endpoint_id, "tracer"))
        def listed():
            ids = {job["id"] for job in self.call("GET", "/v1/jobs").get("jobs", [])}
            return ids if ids >= self.tracers else None
        self.assertEqual(servers.wait_until(listed, "the list to show a job"), self.tracers)
        names = [each["spec"]["name"] for each in self.call("GET", "/v1/endpoints")["endpoints"]]
        self.assertEqual(names, ["target"])

    def check_reason(self, status: int, body: bytes, expected: int, code: str, word: str = ""):
        """The answer is this refusal, with a reason that names `word`."""
        self.assertEqual(status, expected, body[:500])
        answer = json.loads(body)
        self.assertEqual(set(answer), {"error", "code", "request_id"})
        self.assertEqual(answer["code"], code)
        self.assertIn(word, answer["error"])
        self.assertLess(len(answer["error"]), 1000)
        self.assertTrue(answer["error"])

    def test_bodies_that_are_no_run(self):
        for body, word in BAD_BODIES:
            for path in (self.run_path, self.run_path + "sync"):
                with self.subTest(body=body[:60], path=path[-7:]):
                    self.check_reason(*self.raw("POST", path, body), 400, "INVALID_ARGUMENT", word)

    def test_bodies_that_are_no_batch(self):
        path = f"/v1/endpoints/{self.endpoint_id}/batch"
        for jobs, word in (([], "jobs"), ([{}], "jobs[0].input"), ([{"input": 1}, {"input": 2, "priority": 99}],
                           "jobs[1].priority"), ([{"input": 1}] * 1001, "jobs"), (None, "jobs"), ({}, "jobs"),
                           ([1], "jobs[0]"), ([{"input": 1}, {"x": 1}], "jobs[1].x")):
            with self.subTest(jobs=str(jobs)[:60]):
                self.check_reason(*self.raw("POST", path, case.encode({"jobs": jobs})), 400, "INVALID_ARGUMENT", word)

    def test_specs_out_of_range(self):
        good = {"name": "good", "image_uri": "file:///nowhere"}
        for bad in BAD_SPECS:
            with self.subTest(spec=str(bad)[:80]):
                field = next(iter(bad))
                self.check_reason(*self.raw("POST", "/v1/endpoints", case.encode({**good, **bad})), 400,
                                  "INVALID_ARGUMENT", field)

    def test_queries_out_of_range(self):
        for path in BAD_QUERIES:
            with self.subTest(path=path[:80]):
                self.check_reason(*self.raw("GET", path), 400, "INVALID_ARGUMENT")

    def test_bodies_over_the_limit(self):
        for path, limit in ((self.run_path, 10 * MIB), (self.run_path + "sync", 20 * MIB)):
            body = b'{"input":"' + b"x" * limit + b'"}'
            with self.subTest(path=path[-7:], chunked=False):
                self.check_reason(*self.raw("POST", path, body), 413, "BODY_TOO_LARGE")
            with self.subTest(path=path[-7:], chunked=True):
                self.check_reason(*self.send_chunked(path, body), 413, "BODY_TOO_LARGE")

    def send_chunked(self, path: str, body: bytes) -> tuple:
        """Sends the body in chunks, and reads the answer even if it comes early."""
        with socket.create_connection(("127.0.0.1", self.suite.http_port), timeout=30) as connection:
            connection.sendall((f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.suite.api_key}\r\n"
                                "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n").encode())
            try:
                for start in range(0, len(body), MIB):
                    part = body[start:start + MIB]
                    connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
                connection.sendall(b"0\r\n\r\n")
            except OSError:
                pass  # It has heard enough.
            response = http.client.HTTPResponse(connection)
            response.begin()
            return response.status, response.read()

    def test_keys_that_open_nothing(self):
        for headers in ({}, {"Authorization": ""}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"},
                        {"Authorization": "Bearer fk_" + "a" * 48}, {"Authorization": "Basic eDp5"},
                        {"Authorization": "Bearer " + "k" * 5000}, {"X-API-Key": "fk_" + "b" * 48},
                        {"Authorization": "Bearer " + self.suite.api_key[:-1]},
                        {"Authorization": "Bearer " + self.suite.token}):
            with self.subTest(headers=str(headers)[:60]):
                connection = http.client.HTTPConnection("127.0.0.1", self.suite.http_port, timeout=30)
                connection.request("POST", self.run_path, b'{"input":1}', headers)
                answer = connection.getresponse()
                self.check_reason(answer.status, answer.read(), 401, "UNAUTHENTICATED")
                connection.close()

    def test_what_is_not_there(self):
        for method, path in (("GET", "/"), ("GET", "/v1"), ("GET", "/v1/jobs/"), ("GET", "/v1/nothing"),
                             ("GET", "//v1/jobs"), ("GET", "/v1/jobs/../jobs"), ("GET", "/v1/%6aobs/x/y/z"),
                             ("GET", f"/v1/jobs/{UNKNOWN}"), ("GET", f"/v1/jobs/{uuid.uuid4()}/watch"),
                             ("GET", f"/v1/endpoints/{UNKNOWN}"), ("DELETE", f"/v1/endpoints/{UNKNOWN}")):
            with self.subTest(call=f"{method} {path}"):
                self.check_reason(*self.raw(method, path), 404, "NOT_FOUND")
        self.check_reason(*self.raw("POST", f"/v1/endpoints/{UNKNOWN}/run", b'{"input":1}'), 404, "NOT_FOUND")
        self.check_reason(*self.raw("POST", f"/v1/jobs/{UNKNOWN}/cancel", b"{}"), 404, "NOT_FOUND")

    def test_methods_that_are_not_served(self):
        for method in ("PUT", "PATCH", "DELETE", "GET", "BREW"):
            with self.subTest(method=method):
                self.check_reason(*self.raw(method, self.run_path), 405, "METHOD_NOT_ALLOWED", "POST")

    def test_a_body_that_says_it_is_something_else(self):
        for kind in ("text/xml", "multipart/form-data; boundary=x", "application/x-protobuf"):
            self.check_reason(*self.raw("POST", self.run_path, b'{"input":1}', headers={"Content-Type": kind}),
                              415, "UNSUPPORTED_MEDIA_TYPE")

    # --- Below HTTP ---

    def exchange(self, sent: bytes, end: bool = False) -> bytes:
        """Sends bytes as they are, and returns all that comes until the other side closes."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.suite.http_port), timeout=30) as connection:
            try:
                connection.sendall(sent)
                if end:
                    connection.shutdown(socket.SHUT_WR)
                while part := connection.recv(1 << 16):
                    received += part
            except ConnectionError:
                pass  # Closed while we were sending.
            return received

    def test_requests_that_are_no_http(self):
        auth = f"Authorization: Bearer {self.suite.api_key}\r\n".encode()
        head = f"POST {self.run_path} HTTP/1.1\r\nHost: x\r\n".encode() + auth
        for sent, status in (
                (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
                (b"GET / HTTP/9.9\r\n\r\n", 0),
                (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
                (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 10_000 + b"\r\n", 431),
                (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", 431),
                (head + b"Content-Length: -1\r\n\r\n", 400),
                (head + b"Content-Length: 1e3\r\n\r\n", 400),
                (head + b"Content-Length: 99999999999999999999999\r\n\r\n", 0),
                (head + b"Content-Length: 9223372036854775807\r\n\r\n", 413),
                (head + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
                (head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                (head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
                (head + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 0),
                (head + b"Transfer-Encoding: gzip\r\n\r\n", 0),
                (head + b"X Y: z\r\n\r\n", 400)):
            with self.subTest(sent=sent[:150]):
                answer = self.exchange(sent)
                self.assertRegex(answer[:20], rb"^HTTP/1\.1 [45]\d\d " if status == 0 else b"^HTTP/1.1 %d " % status)
                self.assertIn(b'"request_id"', answer)

    def test_clients_that_go_away(self):
        head = (f"POST {self.run_path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.suite.api_key}\r\n"
                "Content-Type: application/json\r\n").encode()
        for sent in (b"", b"G", head[:-1], head + b"\r\n", head + b"Content-Length: 11\r\n\r\n", head +
                     b'Content-Length: 12\r\n\r\n{"input":1}', head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{\"in"):
            for end in (True, False):
                with self.subTest(sent=sent[-40:], end=end):
                    if end:
                        self.assertNotIn(b" 200 ", self.exchange(sent, end=True)[:20])
                    else:
                        socket.create_connection(("127.0.0.1", self.suite.http_port)).sendall(sent)

    def test_clients_that_are_slow_do_not_hold_up_others(self):
        slow = [socket.create_connection(("127.0.0.1", self.suite.http_port)) for _ in range(200)]
        for number, connection in enumerate(slow):
            connection.sendall(b"POST /v1/endpoints HTTP/1.1\r\nHost: x\r\nX-Number: %d" % number)
        self.call("GET", "/v1/endpoints")
        # Each is told, or at least hung up on, at its time.
        for connection in slow:
            connection.settimeout(60)
            with connection:
                self.assertRegex(connection.recv(100) or b"HTTP/1.1 408 ", rb"^HTTP/1\.1 408 ")


if __name__ == "__main__":
    case.main()
