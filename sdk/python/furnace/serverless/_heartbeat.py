"""Tells the agent that the process lives."""

from __future__ import annotations

import threading
from typing import Callable, List

from furnace._http import NO_ANSWER
from furnace.serverless._agent import Agent


def start(agent: Agent, interval_seconds: float, job_ids: Callable[[], List[str]]) -> None:
    """Pings at once and then every `interval_seconds`, in a daemon thread.

    A ping that fails is not repeated: the next one comes soon enough.
    """

    def beat() -> None:
        never = threading.Event()
        while True:
            try:
                agent.ping(job_ids(), timeout=2 * interval_seconds)
            except NO_ANSWER:
                pass
            never.wait(interval_seconds)

    threading.Thread(target=beat, name="furnace-heartbeat", daemon=True).start()
