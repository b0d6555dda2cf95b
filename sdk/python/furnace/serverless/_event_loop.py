"""An event loop for coroutine handlers."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Awaitable, Optional, Tuple, Union

ProcessEnd = Union[SystemExit, KeyboardInterrupt]


class EventLoop:
    """A loop in a thread of its own.

    It runs for the life of the process, so what a handler started in the background
    goes on between jobs, and jobs that run at a time share it.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="furnace-loop", daemon=True).start()

    def run(self, awaitable: Awaitable[Any]) -> Any:
        """Waits for `awaitable`; returns or raises what it does. Not from the loop."""
        value, end = asyncio.run_coroutine_threadsafe(_carry(awaitable), self._loop).result()
        if end is not None:
            raise end
        return value


async def _carry(awaitable: Awaitable[Any]) -> Tuple[Any, Optional[ProcessEnd]]:
    # Raised inside a task these would end the loop, and its caller would wait for ever.
    try:
        return await awaitable, None
    except (SystemExit, KeyboardInterrupt) as end:
        return None, end
