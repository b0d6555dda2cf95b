"""Checks webhooks that Furnace has sent (standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Mapping

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
