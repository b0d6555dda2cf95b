"""SIGTERM and SIGINT, as something to ask and something to wait on."""

from __future__ import annotations

import os
import signal
from typing import Any

from furnace._http import wait_readable

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Drain:
    """Whether the worker was asked to stop.

    `requested` says so, and from then on the descriptor is readable, which ends any
    wait that includes it. A signal handler that raised instead could lose a job that
    is being read.
    """

    def __init__(self) -> None:
        self.requested = False
        self._readable, self._writable = os.pipe()

    def listen(self) -> None:
        """Turns the signals into requests. Main thread only."""
        former = {number: signal.signal(number, self._on_signal) for number in SIGNALS}

        def restore() -> None:
            for number, handler in former.items():
                signal.signal(number, handler)

        # A handler's forked children must die of the signals they are sent.
        os.register_at_fork(after_in_child=restore)

    def request(self) -> None:
        """Asks the worker to stop."""
        if not self.requested:
            self.requested = True
            os.write(self._writable, b"\0")

    def fileno(self) -> int:
        """Readable once a stop was requested."""
        return self._readable

    def sleep(self, seconds: float) -> None:
        """Waits; returns early when a stop is requested."""
        wait_readable([self], seconds)

    def _on_signal(self, number: int, frame: Any) -> None:
        self.request()
