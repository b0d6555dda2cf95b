"""How long to wait before asking again."""

import random

FIRST_DELAY_SECONDS = 0.05
DELAY_MAX_SECONDS = 2.0


class Backoff:
    """Delays that double from 50 ms to 2 s.

    Each is shortened at random by up to half, so that the workers of a restarted
    agent do not come back in step.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Starts over at the shortest delay."""
        self._delay = FIRST_DELAY_SECONDS

    def next(self) -> float:
        """Returns the next delay in seconds."""
        delay = self._delay
        self._delay = min(2 * delay, DELAY_MAX_SECONDS)
        return delay * random.uniform(0.5, 1.0)
