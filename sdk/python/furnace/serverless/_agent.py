"""The node agent's routes: one method each, one attempt each."""

from __future__ import annotations

import os
import threading
from typing import Iterable, Mapping
from urllib.parse import quote

from furnace._http import Exchange, Session
from furnace._version import USER_AGENT
from furnace.serverless._environment import Environment

POST_TIMEOUT_SECONDS = 60.0
# Progress is worth little when it is late, and the handler waits for it.
PROGRESS_TIMEOUT_SECONDS = 2.0


class Agent:
    """Speaks to the agent beside this worker.

    Safe to share: each thread has a connection of its own. Every method raises
    furnace._http.NO_ANSWER.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._forget_connections()
        # A forked child reports progress too, but not over its parent's connection.
        os.register_at_fork(after_in_child=self._forget_connections)

    def take(self, busy: bool) -> Exchange:
        """Asks for jobs. The agent answers when it has one, or after a while."""
        url = _with(self._environment.take_url, f"job_in_progress={int(busy)}")
        return self._session().send("GET", url)

    def post_result(self, job_id: str, body: bytes, is_stream: bool = False) -> int:
        """Posts how a job ended. Returns the HTTP status, as the methods below do."""
        url = _with(
            _for_job(self._environment.result_url, job_id),
            "isStream=true" if is_stream else "isStream=false",
        )
        return self._post(url, job_id, body, POST_TIMEOUT_SECONDS)

    def post_chunk(self, job_id: str, body: bytes) -> int:
        """Posts one item of a generator."""
        url = _with(_for_job(self._environment.stream_url, job_id), "isStream=false")
        return self._post(url, job_id, body, POST_TIMEOUT_SECONDS)

    def post_progress(self, job_id: str, body: bytes) -> int:
        """Posts an interim report; it goes where the result will go."""
        url = _with(_for_job(self._environment.result_url, job_id), "isStream=false")
        return self._post(url, job_id, body, PROGRESS_TIMEOUT_SECONDS)

    def ping(self, job_ids: Iterable[str], timeout: float) -> int:
        """Says that the process lives, and with which jobs."""
        url = self._environment.ping_url
        ids = ",".join(job_ids)
        if ids:
            url = _with(url, "job_id=" + quote(ids, safe=""))
        return self._session().request("GET", url, timeout=timeout).status

    def _post(self, url: str, job_id: str, body: bytes, timeout: float) -> int:
        headers: Mapping[str, str] = {"Content-Type": "application/json", "X-Request-ID": job_id}
        return self._session().request("POST", url, body, headers, timeout).status

    def _forget_connections(self) -> None:
        self._threads = threading.local()

    def _session(self) -> Session:
        if not hasattr(self._threads, "session"):
            headers = {"User-Agent": USER_AGENT, "Authorization": self._environment.key}
            self._threads.session = Session(headers)
        return self._threads.session


def _for_job(url: str, job_id: str) -> str:
    return url.replace("$ID", quote(job_id, safe=""))


def _with(url: str, parameter: str) -> str:
    return url + ("&" if "?" in url else "?") + parameter
