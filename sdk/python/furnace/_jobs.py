"""What the client knows about job states."""

from __future__ import annotations

from typing import Any, Mapping

FINAL_STATUSES = frozenset({"COMPLETED", "FAILED", "TIMED_OUT", "CANCELLED"})


def is_final(job: Mapping[str, Any]) -> bool:
    """Whether a job will not change any more."""
    return job.get("status") in FINAL_STATUSES
