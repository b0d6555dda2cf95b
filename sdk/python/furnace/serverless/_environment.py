"""What the node agent tells a worker through environment variables."""

from __future__ import annotations

import uuid
from typing import Callable, Mapping, NamedTuple

PING_INTERVAL_MS_DEFAULT = 10_000
PING_INTERVAL_MS_MIN = 100


class Identity(NamedTuple):
    """Who the worker is."""

    worker_id: str
    hostname: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Identity:
        """A worker that nobody named gets an id of its own."""
        return cls(
            worker_id=environ.get("RUNPOD_POD_ID") or str(uuid.uuid4()),
            hostname=environ.get("RUNPOD_POD_HOSTNAME", "unknown"),
        )


class Environment(NamedTuple):
    """Where the agent is.

    The URLs have the worker id filled in; `result_url` and `stream_url` still hold
    "$ID" where the job id belongs.
    """

    take_url: str
    result_url: str
    stream_url: str
    ping_url: str  # empty: no heartbeats
    ping_interval_seconds: float
    key: str
    identity: Identity

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Environment:
        """Raises ValueError when a variable is missing or malformed."""
        identity = Identity.read(environ)

        def url(name: str) -> str:
            return environ.get(name, "").replace("$RUNPOD_POD_ID", identity.worker_id)

        return cls(
            # Only here does $ID mean the worker.
            take_url=_given(url, "RUNPOD_WEBHOOK_GET_JOB").replace("$ID", identity.worker_id),
            result_url=_given(url, "RUNPOD_WEBHOOK_POST_OUTPUT"),
            stream_url=_given(url, "RUNPOD_WEBHOOK_POST_STREAM"),
            ping_url=url("RUNPOD_WEBHOOK_PING"),
            ping_interval_seconds=_ping_interval_ms(environ) / 1000,
            key=environ.get("RUNPOD_AI_API_KEY", ""),
            identity=identity,
        )


def _given(read: Callable[[str], str], name: str) -> str:
    value = read(name)
    if not value:
        raise ValueError(f"{name} is not set; the node agent sets it")
    return value


def _ping_interval_ms(environ: Mapping[str, str]) -> int:
    text = environ.get("RUNPOD_PING_INTERVAL", "")
    if not text:
        return PING_INTERVAL_MS_DEFAULT
    if not text.isdigit():
        raise ValueError(f"RUNPOD_PING_INTERVAL is {text!r}, not a number of milliseconds")
    return max(int(text), PING_INTERVAL_MS_MIN)
