"""An HTTP/1.1 server in this process that answers as a test says."""

import contextlib
import http.server
import json
import socket
import sys
import threading
import urllib.parse
from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple


class Request(NamedTuple):
    """A request as it came."""

    method: str
    path: str  # without the query
    query: Dict[str, str]
    headers: Any
    body: bytes
    connection: Any  # the socket
    peer: Tuple[str, int]  # tells connections apart

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


# The status and body of an answer, or None to close the connection without one.
Answer = Optional[Tuple[int, bytes]]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = False  # server_close() waits for them

    def get_request(self) -> Any:
        """Remembers the connection, for end_connections."""
        connection, address = super().get_request()
        self.connections = [*getattr(self, "connections", []), connection]
        return connection, address

    def end_connections(self) -> None:
        """Ends every connection that is open, so that no thread waits on one."""
        for connection in getattr(self, "connections", []):
            with contextlib.suppress(OSError):  # it has ended before
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a client that has left."""
        # A worker that ends, or gives a poll up, leaves its connections as they are.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class FakeServer:
    """Answers each request with what `answer` returns for it."""

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self._server = _Server(("127.0.0.1", 0), _handler(answer))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """Stops serving; no request is being answered afterwards."""
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()


def _handler(answer: Callable[[Request], Answer]) -> type:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = answer(
                Request(
                    self.command,
                    path,
                    dict(urllib.parse.parse_qsl(query)),
                    self.headers,
                    body,
                    self.connection,
                    self.client_address,
                )
            )
            if given is None:
                self.close_connection = True
                return
            self.send_response(given[0])
            self.send_header("Content-Length", str(len(given[1])))
            self.end_headers()
            self.wfile.write(given[1])

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler
