"""What a handler returned or raised, as the body of its job-done report."""

from __future__ import annotations

import json
import traceback
from typing import Any, Dict, Tuple

from furnace._version import __version__
from furnace.serverless._environment import Identity

Body = Dict[str, Any]

UNEXPLAINED_FAILURE = "handler reported success: false"

# The platform cuts an error at 16 KiB, and half of a JSON text is none.
RAISED_BYTES_MAX = 16 * 1024
MESSAGE_CHARACTERS_MAX = 1000


class NotJson(ValueError):
    """A value that JSON cannot express, e.g. a set or NaN."""


class HandlerFailure(Exception):
    """A failure that a generator reported by yielding it. `error` is any JSON value."""

    def __init__(self, error: Any) -> None:
        super().__init__(error)
        self.error = error


def to_json(value: Any) -> bytes:
    """Encodes strictly. Raises NotJson."""
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJson(f"result is not JSON: {error}") from error


def encode(body: Body) -> Tuple[bytes, bool]:
    """Encodes a body, and tells whether it reports a failure.

    One that is not JSON becomes the report of that error.
    """
    try:
        return to_json(body), "error" in body
    except NotJson as error:
        kept = {"stopPod": True} if "stopPod" in body else {}
        return to_json({"error": _printable(str(error)), **kept}), True


def failure_in(value: Any) -> Any:
    """The error that a returned or yielded value reports, or None."""
    if not isinstance(value, dict):
        return None
    if value.get("error"):
        return value["error"]
    return UNEXPLAINED_FAILURE if value.get("success") is False else None


def of_return(value: Any) -> Body:
    """The body for what a handler returned. Does not change `value`."""
    if not isinstance(value, dict):
        return {"output": value}
    output = {key: each for key, each in value.items() if key not in ("error", "refresh_worker")}
    body: Body = {"output": output} if output else {}
    error = failure_in(value)
    if error is not None:
        body["error"] = error
    if value.get("refresh_worker"):
        body["stopPod"] = True
    return body


def of_exception(error: BaseException, identity: Identity) -> Body:
    """The body for what a handler raised."""
    if isinstance(error, HandlerFailure):
        return {"error": error.error}
    if isinstance(error, NotJson):
        return {"error": _printable(str(error))}
    return {"error": _raised(error, identity)}


def _raised(error: BaseException, identity: Identity) -> str:
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    while True:
        text = json.dumps(
            {
                "error_type": str(type(error)),
                "error_message": str(error)[:MESSAGE_CHARACTERS_MAX],
                "error_traceback": trace,
                "hostname": identity.hostname,
                "worker_id": identity.worker_id,
                "version": __version__,
            }
        )
        if len(text) <= RAISED_BYTES_MAX or not trace:
            return text
        trace = trace[len(trace) // 2 + 1 :]  # its end says where it was raised


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
