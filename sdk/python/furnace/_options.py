"""What a caller may ask for a job beyond its input."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Iterable, Optional, Union


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


def job_id(job: Union[str, Dict[str, Any]]) -> str:
    """The id of a job that is given by its id or as the API returns it."""
    return job if isinstance(job, str) else job["id"]


def job_options(
    *,
    not_before: Union[datetime, str, None] = None,
    ttl_seconds: Optional[int] = None,
    timeout_seconds: Optional[int] = None,
    concurrency_key: Optional[str] = None,
    idempotency_key: Optional[str] = None,
    ack: Optional[str] = None,
    depends_on: Iterable[Union[str, Dict[str, Any]]] = (),
    on_parent_failure: Optional[str] = None,
    window: Optional[Dict[str, Any]] = None,
    critical: bool = False,
    starts_no_worker: bool = False,
    affinity: Optional[Dict[str, Any]] = None,
    webhook: Union[str, Dict[str, Any], None] = None,
    s3_config: Optional[Dict[str, Any]] = None,
    tags: Optional[Dict[str, str]] = None,
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
        "ack": ack,
        "depends_on": [job_id(job) for job in depends_on] or None,
        "on_parent_failure": on_parent_failure,
        "window": window,
        "critical": True if critical else None,
        "starts_no_worker": True if starts_no_worker else None,
        "affinity": affinity,
        "webhook": {"url": webhook} if isinstance(webhook, str) else webhook,
        "s3_config": s3_config,
        "tags": tags or None,
    }
    given = {name: value for name, value in options.items() if value is not None}
    return {"options": given} if given else {}
