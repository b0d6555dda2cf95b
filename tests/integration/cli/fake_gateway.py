"""A gateway that answers as a test tells it to and remembers what it was asked."""

import http.server
import json
import threading


class FakeGateway:
    """Serves on a free loopback port until closed.

    `answers` maps "METHOD /path" (without the query) to a list of (status, body) pairs,
    used one after another, the last one for good. A body that is a list is sent as
    newline-delimited JSON; None in it cuts the connection there. `requests` collects
    (method, path with query, body, API key).
    """

    def __init__(self):
        self.answers = {}
        self.requests = []
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Passes every request on to the gateway."""

            def _answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                gateway.answer(self, body)

            do_GET = do_POST = do_DELETE = do_PUT = _answer

            def log_message(self, *_):
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Address for --url."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, handler, body: str):
        """Answers one request."""
        self.requests.append((handler.command, handler.path, body, handler.headers.get("Authorization")))
        key = f"{handler.command} {handler.path.split('?')[0]}"
        queue = self.answers.get(key, [(404, {"error": f"no answer for {key}", "code": "NOT_FOUND"})])
        status, content = queue.pop(0) if len(queue) > 1 else queue[0]
        handler.send_response(status)
        handler.send_header("Connection", "close")
        handler.end_headers()
        for part in content if isinstance(content, list) else [content]:
            if part is not None:
                handler.wfile.write(json.dumps(part).encode() + b"\n")

    def close(self):
        """Stops serving."""
        self.server.shutdown()
        self.server.server_close()
