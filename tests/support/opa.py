"""A stand-in for Open Policy Agent: answers every POST as it is told to. Standard library only."""

import http.server
import json
import threading


class Opa:
    """Decides on everything the same way.

    `answer` is (status, JSON) of every answer, or bytes to be sent as the body with 200; `asked`
    collects the inputs, `tokens` the Authorization headers. While `hold` is cleared, answers
    wait.
    """

    def __init__(self):
        self.answer = (200, {"result": {"awards": []}})
        self.asked, self.tokens = [], []
        self.hold = threading.Event()
        self.hold.set()
        opa = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""

            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                """Says nothing."""

            def do_POST(self):
                """A question."""
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                opa.asked.append(body["input"])
                opa.tokens.append(self.headers.get("Authorization"))
                opa.hold.wait(30)
                status, data = opa.answer if isinstance(opa.answer, tuple) else (200, opa.answer)
                data = data if isinstance(data, bytes) else json.dumps(data).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    pass  # Whoever asked has gone.

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The rule's address."""
        return f"http://127.0.0.1:{self.server.server_port}/v1/data/furnace/subsidies"

    def close(self):
        """Ends it: connections are refused from now on."""
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()
