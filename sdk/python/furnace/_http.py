"""HTTP/1.1 over connections that are kept open."""

from __future__ import annotations

import select
import socket
import time
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

# What a request raises when there is no answer to it.
NO_ANSWER = (OSError, HTTPException)

CONNECT_TIMEOUT_SECONDS = 5.0
_READ_BYTES = 64 * 1024


class Answer(NamedTuple):
    """A complete answer."""

    status: int
    body: bytes


def wait_readable(sources: Iterable[Any], seconds: float) -> List[int]:
    """Returns the descriptors among `sources` that can be read within `seconds`."""
    poller = select.poll()
    for source in sources:
        poller.register(source, select.POLLIN)
    return [descriptor for descriptor, _ in poller.poll(seconds * 1000)]


class Exchange:
    """A request that was sent and not yet answered."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self._socket: socket.socket = connection.sock

    def fileno(self) -> int:
        """The socket the answer arrives on."""
        return self._socket.fileno()

    def receive(self, timeout: float) -> Answer:
        """Reads the whole answer within `timeout` seconds. Raises NO_ANSWER."""
        deadline = time.monotonic() + timeout
        try:
            response = self.open(timeout)
            parts = []
            while not response.isclosed():
                part = response.read1(_READ_BYTES)
                if not part:
                    break
                parts.append(part)
                if not response.isclosed():
                    self.limit(deadline - time.monotonic())
            # Some versions leave a response open that has been read to its end, and
            # then refuse the connection's next request.
            response.close()
            return Answer(response.status, b"".join(parts))
        except BaseException:
            self.close()
            raise

    def open(self, timeout: float) -> HTTPResponse:
        """Reads the head of the answer and leaves the body to the caller."""
        self.limit(timeout)
        return self._connection.getresponse()

    def limit(self, seconds: float) -> None:
        """Bounds the next read. Raises TimeoutError when nothing is left."""
        if seconds <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(seconds)

    def finish_sending(self) -> None:
        """Tells the other side that no further request follows."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Gives the connection up."""
        self._connection.close()


class Session:
    """One connection to each host, opened when first needed and then kept.

    For one thread at a time. http.client sets TCP_NODELAY on every connection.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)
        self._connections: Dict[Tuple[str, str], HTTPConnection] = {}

    def request(
        self,
        method: str,
        url: str,
        body: Optional[bytes] = None,
        headers: Optional[Mapping[str, str]] = None,
        timeout: float = 30.0,
    ) -> Answer:
        """Sends a request and returns its answer, within `timeout` seconds.

        Raises NO_ANSWER. The request may have been carried out all the same.
        """
        deadline = time.monotonic() + timeout
        exchange = self.send(method, url, body, headers, timeout)
        return exchange.receive(deadline - time.monotonic())

    def send(
        self,
        method: str,
        url: str,
        body: Optional[bytes] = None,
        headers: Optional[Mapping[str, str]] = None,
        timeout: float = 30.0,
    ) -> Exchange:
        """Sends a request within `timeout` seconds. Raises NO_ANSWER."""
        scheme, host, path, query, _ = urlsplit(url)
        connection = self._connection(scheme, host)
        try:
            if connection.sock is None:
                connection.timeout = min(timeout, CONNECT_TIMEOUT_SECONDS)
                connection.connect()
            connection.sock.settimeout(timeout)
            target = (path or "/") + ("?" + query if query else "")
            connection.request(method, target, body, {**self._headers, **(headers or {})})
        except BaseException:
            connection.close()
            raise
        return Exchange(connection)

    def close(self) -> None:
        """Closes every connection."""
        for connection in self._connections.values():
            connection.close()

    def _connection(self, scheme: str, host: str) -> HTTPConnection:
        connection = self._connections.get((scheme, host))
        if connection is None:
            kind = HTTPSConnection if scheme == "https" else HTTPConnection
            connection = self._connections[(scheme, host)] = kind(host)
        # Between requests only the end of the connection is there to be read. Seen
        # here it costs nothing; seen after sending, nobody knows what was received.
        if connection.sock is not None and wait_readable([connection.sock], 0):
            connection.close()
        return connection
