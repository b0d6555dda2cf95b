"""What a caller may ask for a job beyond its input."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Optional, Union


def rfc3339(when: Union[datetime, str]) -> str:
    """Writes a time for the API; a string is taken as it is.

    Raises:
        ValueError: A datetime without a time zone.
    """
    if isinstance(when, str):
        return when
    if when.utcoffset() is None:
        raise ValueError("a datetime needs a time zone")
    return when.isoformat()


def job_options(
    not_before: Union[datetime, str, None],
    ttl_seconds: Optional[int],
    timeout_seconds: Optional[int],
    concurrency_key: Optional[str],
    idempotency_key: Optional[str] = None,
    critical: bool = False,
    affinity: Optional[Dict[str, Any]] = None,
) -> Dict[str, Any]:
    """Returns the "options" member of a request, or nothing if all are left out.

    Raises:
        ValueError: `not_before` has no time zone, or `idempotency_key` is empty.
    """
    # The API takes an empty key for none; whoever gives one counts on it.
    if idempotency_key == "":
        raise ValueError("an idempotency key is not empty")
    options = {
        "not_before": None if not_before is None else rfc3339(not_before),
        "ttl_seconds": ttl_seconds,
        "timeout_seconds": timeout_seconds,
        "idempotency_key": idempotency_key,
        "concurrency_key": concurrency_key,
        "critical": True if critical else None,
        "affinity": affinity,
    }
    given = {name: value for name, value in options.items() if value is not None}
    return {"options": given} if given else {}
