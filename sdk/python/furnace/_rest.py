"""JSON over HTTP, the way the gateway speaks it."""

from __future__ import annotations

import json
import socket
import threading
import time
import weakref
from http.client import HTTPResponse
from typing import Any, Dict, Iterator, Mapping, Optional
from urllib.parse import urlencode

from furnace._backoff import Backoff
from furnace._http import NO_ANSWER, Answer, Exchange, Session
from furnace._version import USER_AGENT
from furnace.errors import FurnaceError

GET_ATTEMPTS_MAX = 4
PAGE_SIZE = 200


class Rest:
    """Calls one gateway. Safe to share: each thread has a connection of its own."""

    def __init__(self, base_url: str, api_key: str, timeout: float) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        if api_key:
            self._headers["Authorization"] = "Bearer " + api_key
        self._threads = threading.local()
        # Those of threads that have ended go with them.
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        self._sessions_lock = threading.Lock()

    def call(
        self,
        method: str,
        path: str,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        extra_seconds: float = 0.0,
    ) -> Any:
        """Returns the answer's JSON.

        A GET that gets no answer is repeated until its time is up, at most
        GET_ATTEMPTS_MAX times. Nothing else is: it may have been carried out.

        Args:
            query: Parameters; those that are empty are left out.
            body: JSON value, sent unless the method is GET or DELETE.
            extra_seconds: Time the gateway may hold the call, on top of the timeout.

        Raises:
            FurnaceError: Refused, unreachable, or too late.
            ValueError: `body` is not JSON.
        """
        data = None if method in ("GET", "DELETE") else _encode(body)
        return _decode(self._answer(method, path, query, data, extra_seconds))

    def file(self, path: str, query: Optional[Mapping[str, Any]] = None) -> bytes:
        """Returns what a GET answers, as it is; repeated as `call` does.

        Raises:
            FurnaceError: Refused, unreachable, or too late.
        """
        answer = self._answer("GET", path, query, None, 0.0)
        if answer.status >= 400:
            raise _refusal(answer)
        return answer.body

    def _answer(
        self,
        method: str,
        path: str,
        query: Optional[Mapping[str, Any]],
        data: Optional[bytes],
        extra_seconds: float,
    ) -> Answer:
        deadline = time.monotonic() + self._timeout + extra_seconds
        backoff = Backoff()
        attempts = GET_ATTEMPTS_MAX if method == "GET" else 1
        for attempts_left in reversed(range(attempts)):
            try:
                return self._request(method, self.url(path, query), data, deadline)
            except NO_ANSWER as error:
                delay = backoff.next()
                if not attempts_left or time.monotonic() + delay >= deadline:
                    raise unreachable(error, method, path) from error
            time.sleep(delay)
        raise AssertionError("the last attempt returns or raises")

    def pages(
        self,
        path: str,
        key: str,
        query: Optional[Mapping[str, Any]] = None,
        page_size: int = PAGE_SIZE,
    ) -> Iterator[Dict[str, Any]]:
        """Yields the items under `key` of every page, asking for pages as they are read."""
        token = ""
        while True:
            page = self.call(
                "GET", path, {**(query or {}), "page_size": page_size, "page_token": token}
            )
            yield from page.get(key, [])
            token = page.get("next_page_token", "")
            if not token:
                return

    def stream(self, path: str, query: Mapping[str, Any], deadline: float) -> Iterator[bytes]:
        """Yields the lines of an answer as they come, until it ends.

        Args:
            deadline: The time.monotonic() at which to give up.

        Raises:
            FurnaceError: Refused.
            OSError, HTTPException: The connection broke, or `deadline` passed.
        """
        session = Session(self._headers)
        try:
            exchange = session.send("GET", self.url(path, query), timeout=self._timeout)
            response = exchange.open(deadline - time.monotonic())
            if response.status >= 400:
                raise _refusal(Answer(response.status, response.read()))
            yield from _lines(response, exchange, deadline)
        finally:
            session.close()

    def close(self) -> None:
        """Closes the connections of every thread; no call may be running."""
        with self._sessions_lock:
            for session in self._sessions:
                session.close()

    def url(self, path: str, query: Optional[Mapping[str, Any]] = None) -> str:
        """Returns the address of a route."""
        given = {name: value for name, value in (query or {}).items() if value}
        return self._base_url + path + ("?" + urlencode(given, doseq=True) if given else "")

    def _request(self, method: str, url: str, data: Optional[bytes], deadline: float) -> Answer:
        headers = {"Content-Type": "application/json"} if data is not None else {}
        timeout = deadline - time.monotonic()
        return self._session().request(method, url, data, headers, timeout)

    def _session(self) -> Session:
        if not hasattr(self._threads, "session"):
            self._threads.session = Session(self._headers)
            with self._sessions_lock:
                self._sessions.add(self._threads.session)
        return self._threads.session


def unreachable(error: BaseException, method: str, path: str) -> FurnaceError:
    """Words a request that was not answered."""
    late = isinstance(error, (TimeoutError, socket.timeout))  # one class since 3.10
    code = "DEADLINE_EXCEEDED" if late else "UNAVAILABLE"
    return FurnaceError(0, code, f"no answer to {method} {path}: {error or type(error).__name__}")


def _lines(response: HTTPResponse, exchange: Exchange, deadline: float) -> Iterator[bytes]:
    while True:
        exchange.limit(deadline - time.monotonic())
        line = response.readline()
        if not line:
            return
        if not line.endswith(b"\n"):
            raise ConnectionError("the connection broke off within a line")
        if line.strip():
            yield line


def _encode(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")


def _decode(answer: Answer) -> Any:
    if answer.status >= 400:
        raise _refusal(answer)
    try:
        return json.loads(answer.body)
    except ValueError:
        raise FurnaceError(answer.status, "INTERNAL", "the answer is not JSON") from None


def _refusal(answer: Answer) -> FurnaceError:
    # A proxy on the way answers in its own words.
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        said = {}
    return FurnaceError(
        answer.status,
        said.get("code", "UNKNOWN"),
        said.get("error", f"HTTP {answer.status}"),
        said.get("request_id", ""),
    )
