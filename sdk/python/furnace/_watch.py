"""Follows a job over connections that may break."""

from __future__ import annotations

import json
import time
from typing import Any, Dict, Iterator

from furnace._backoff import Backoff
from furnace._http import NO_ANSWER
from furnace._jobs import is_final
from furnace._rest import Rest, unreachable
from furnace.errors import FurnaceError

# Connections in a row that end without bringing anything: about a minute of them.
FRUITLESS_CONNECTIONS_MAX = 35
# Refusals that say nothing of the job: its keeper is away, or the reader fell behind.
PASSING_CODES = ("UNAVAILABLE", "RESOURCE_EXHAUSTED")


def follow(
    rest: Rest, path: str, after_chunk: int, deadline: float
) -> Iterator[Dict[str, Any]]:
    """Yields the messages of a watch until the job is final; see Client.watch.

    What arrived whole is never asked for again, so every chunk comes once.
    """
    backoff = Backoff()
    fruitless = 0
    while True:
        broken: BaseException = ConnectionError("the stream ended before the job did")
        try:
            for line in rest.stream(path, {"after_chunk": str(after_chunk)}, deadline):
                message = _message(line)
                for chunk in message.get("chunks", []):
                    after_chunk = chunk["sequence"]
                yield message
                if is_final(message.get("job", {})):
                    return
                backoff.reset()
                fruitless = 0
        except NO_ANSWER as error:
            broken = error
        except FurnaceError as error:
            if error.code not in PASSING_CODES:
                raise
            broken = error
        fruitless += 1
        delay = backoff.next()
        if fruitless == FRUITLESS_CONNECTIONS_MAX or time.monotonic() + delay >= deadline:
            if isinstance(broken, FurnaceError):
                raise broken
            raise unreachable(broken, "GET", path) from broken
        time.sleep(delay)


def _message(line: bytes) -> Dict[str, Any]:
    message = json.loads(line)
    if "error" in message:
        raise FurnaceError(
            0, message.get("code", "UNKNOWN"), message["error"], message.get("request_id", "")
        )
    return message
