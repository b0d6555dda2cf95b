"""Interim reports of a running job."""

from __future__ import annotations

import logging
from typing import Any, Callable, Mapping, Optional

from furnace._http import NO_ANSWER
from furnace.serverless import _outcome

log = logging.getLogger("furnace")

# Posts a body for a job id and returns the HTTP status; None outside a worker.
_post: Optional[Callable[[str, bytes], int]] = None


def connect(post: Callable[[str, bytes], int]) -> None:
    """Says where reports go."""
    global _post
    _post = post


def progress_update(event: Mapping[str, Any], value: Any) -> None:
    """Shows `value` as the job's progress until the next report or the result.

    Returns once the agent has it, so reports arrive in order and before the result.
    One that cannot be delivered within 2 s is logged and dropped: it never fails the
    job. Outside a worker it is only logged.

    Args:
        event: What the handler was called with.
        value: Any JSON value; the platform keeps up to 4 KiB.
    """
    try:
        body = _outcome.to_json({"status": "IN_PROGRESS", "output": value})
        if _post is None:
            log.warning("progress: %s", body.decode())
            return
        status = _post(event["id"], body)
    except (_outcome.NotJson, *NO_ANSWER) as error:
        log.warning("progress is not reported: %r", error)
        return
    if status >= 400:
        log.warning("progress is not reported: HTTP %d", status)
