"""A receiver of webhooks on loopback, which answers as a test tells it to."""

import http.server
import json
import threading


class Receiver:
    """Keeps the webhooks it gets as (headers, body), and answers with `status` and
    `headers`; while `held` is set, not at all. Can be killed and come back."""

    def __init__(self):
        self.status = 200
        self.headers = {}
        self.got = []
        self.held = threading.Event()
        self._released = threading.Event()
        self._port = 0
        self.start()

    def start(self):
        """Listens, at the same address as before."""
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """The requests of one connection."""

            protocol_version = "HTTP/1.1"

            def do_POST(self):
                """Keeps it."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                if receiver.held.is_set():
                    receiver._released.wait()
                    self.close_connection = True
                    return
                self.send_response(receiver.status)
                for name, value in {"Content-Length": "0", **receiver.headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_port
        self.url = f"http://127.0.0.1:{self._port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def kill(self):
        """Stops listening; connections that are open go on."""
        self._server.shutdown()
        self._server.server_close()

    def close(self):
        """Ends for good."""
        self._released.set()
        self.kill()

    def ids(self) -> list:
        """The webhook-id of each webhook, in the order they came."""
        return [headers["webhook-id"] for headers, _ in self.got]

    def bodies(self) -> list:
        """The body of each."""
        return [json.loads(body) for _, body in self.got]
