"""Usage of real jobs on its way to Lago and to a receiver of CloudEvents, and Waybill's
throttles on their way back."""

import http.server
import json
import threading
import uuid

import case
import servers


class Receiver:
    """Both systems, as far as they matter: keeps events by key, and fails as told."""

    def __init__(self):
        self.lago, self.cloud, self.headers = {}, {}, []
        self.repeats = 0
        self.lose_next_answer = True
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""

            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                """Says nothing."""

            def answer(self, status, body):
                """Sends JSON."""
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                """Throttles of whoever asks."""
                self.answer(200, {"throttles": [{"reason": "budget_exceeded", "env_scope": "non-production"}]})

            def do_POST(self):
                """Events."""
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.headers.append((self.path, dict(self.headers)))
                self.answer(*receiver.take(self.path, body))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", servers.free_port()), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def take(self, path: str, body) -> tuple:
        """The answer to a batch. Lago's first one is stored, and answered as if it were not."""
        if path == "/api/v1/events/batch":
            known = {str(index): {"transaction_id": ["value_already_exist"]}
                     for index, event in enumerate(body["events"]) if event["transaction_id"] in self.lago}
            if known:
                self.repeats += 1
                return 422, {"status": 422, "code": "validation_errors", "error_details": known}
            self.lago.update((event["transaction_id"], event) for event in body["events"])
            if self.lose_next_answer:
                self.lose_next_answer = False
                return 503, {}
            return 200, body
        if path == "/cloud":
            for event in body:
                self.cloud.setdefault(event["id"], event)
            return 200, {}
        return 201, {}


class SinkKindsTest(case.SuiteCase):
    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.server.shutdown)
        cls.EXTRA = {"metering": {
            "FURNACE_LAGO_URL": cls.receiver.url, "FURNACE_LAGO_API_KEY": "lago-key",
            "FURNACE_CLOUDEVENTS_URL": cls.receiver.url + "/cloud", "FURNACE_CLOUDEVENTS_TOKEN": "cloud-token",
            "FURNACE_WAYBILL_URL": cls.receiver.url, "FURNACE_WAYBILL_API_KEY": "waybill-key",
            "FURNACE_WAYBILL_SAME_PROJECT_IDS": "true", "FURNACE_WAYBILL_THROTTLE_POLL": "200ms",
            "FURNACE_SINK_ENVIRONMENT": "staging"}}
        super().setUpClass()

    def header(self, path: str, name: str) -> str:
        """A header of the last request to a path."""
        return next(headers.get(name) for known, headers in reversed(self.receiver.headers) if known == path)

    def test_a_job_arrives_everywhere_with_what_it_cost(self):
        job = self.run_job(self.endpoint("sinks"), {"op": "sleep", "seconds": 0.1})
        servers.wait_until(lambda: len(self.receiver.lago) >= 2 and len(self.receiver.cloud) >= 5,
                           "the job's events", case.JOB_TIMEOUT_S)
        servers.wait_until(lambda: self.receiver.repeats, "the answer that was lost to be asked for again",
                           case.JOB_TIMEOUT_S)
        lease = uuid.uuid5(uuid.UUID("5f0c3c0e-6f0b-5c55-9a0e-6b6f2f1d9a41"), f"{job['id']}:{job['attempt']}")
        project = self.call("GET", "/v1/projects/me")["id"]

        usage = self.receiver.lago[f"furnace:{lease}:0"]
        self.assertEqual((usage["code"], usage["external_subscription_id"]), ("gpu_usage", project))
        self.assertEqual(round(usage["properties"]["gpu_seconds"] * 1_000_000), job["gpu_time_us"])
        self.assertEqual(usage["properties"]["env"], "staging")
        self.assertEqual(self.header("/api/v1/events/batch", "Authorization"), "Bearer lago-key")

        event = self.receiver.cloud[f"furnace:{lease}:end"]
        self.assertEqual((event["specversion"], event["type"], event["subject"]),
                         ("1.0", "furnace.serverless.end", project))
        self.assertEqual(event["data"]["cost_atto_usd"], str(case.INVOCATION_NANOS * 10**9))
        self.assertEqual(self.header("/cloud", "Content-Type"), "application/cloudevents-batch+json")
        self.assertEqual(self.header("/cloud", "Authorization"), "Bearer cloud-token")

        servers.wait_until(lambda: any(path.startswith("/internal/") for path, _ in self.receiver.headers),
                           "Waybill to be told", case.JOB_TIMEOUT_S)
        self.assertEqual(self.header("/internal/events/batch", "X-API-Key"), "waybill-key")
        self.assertTrue(self.header("/internal/events/batch", "User-Agent").startswith("furnace-metering/"))
        servers.wait_until(lambda: "furnace_waybill_throttled_projects 1" in self.suite.metrics("metering"),
                           "the project to be known as throttled")
        self.assertEqual(self.suite.postgres.query("SELECT project_id, reason, env_scope "
                                                   "FROM metering.throttled_projects"),
                         f"{project}|budget_exceeded|non-production")


if __name__ == "__main__":
    case.main()
