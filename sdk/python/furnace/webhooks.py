"""Webhooks: checks what Furnace has sent (standardwebhooks.com), and what became of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any, Dict, Iterator, Mapping
from urllib.parse import quote

from furnace._rest import Rest

Webhook = Dict[str, Any]

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"


def verify(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    tolerance: float = TOLERANCE_SECONDS,
) -> bool:
    """Returns whether a request is a webhook of the project, and not an old one.

    A webhook may come more than once; the header "webhook-id" tells.

    Args:
        secret: What Client.webhook_secret returns.
        headers: Of the request; names in any case.
        body: Of the request, as it came.
        tolerance: Seconds the sender's clock, with the time on the way, may be off.
    """
    given = {name.lower(): value for name, value in headers.items()}
    webhook_id = given.get("webhook-id", "")
    timestamp = given.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > tolerance:
        return False
    key = base64.b64decode(secret[len(_PREFIX) :] if secret.startswith(_PREFIX) else secret)
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    signatures = given.get("webhook-signature", "").encode("utf-8", "replace").split()
    return any(hmac.compare_digest(expected, signature) for signature in signatures)


class Webhooks:
    """What was or is to be posted to the project's receivers. A webhook is a dict: "id",
    "event" ("job.done" or "batch.done"), "subject" (the job's or batch's id), "url",
    "status" ("PENDING", "DELIVERED" or "FAILED"), "attempts", "last_error", "created_at",
    "next_attempt_at", "give_up_at", "ended_at"; from `get` also "body". A field that is not
    set may be missing.

    Every method raises FurnaceError; "NOT_FOUND" for an id the project does not have.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def list(self, status: str = "", subject: str = "") -> Iterator[Webhook]:
        """Yields webhooks, newest first and without bodies, fetching as they are read.

        Args:
            status: Only webhooks in this state, e.g. "FAILED".
            subject: Only webhooks about this job or batch.
        """
        query = {"status": status, "subject": subject}
        return self._rest.pages("/v1/webhooks", "webhooks", query)

    def get(self, webhook_id: str) -> Webhook:
        """Returns a webhook with its body."""
        return self._rest.call("GET", _path(webhook_id))

    def redrive(self, webhook_id: str) -> Webhook:
        """Sends a webhook again, whatever its state, for 24 hours until it is delivered."""
        return self._rest.call("POST", _path(webhook_id) + "/redrive", body={})

    def redrive_failed(self) -> int:
        """Sends the oldest 1,000 FAILED ones again; how many there were."""
        return self._rest.call("POST", "/v1/webhooks/redrive", body={})["redriven"]


def _path(webhook_id: str) -> str:
    return "/v1/webhooks/" + quote(webhook_id, safe="")
