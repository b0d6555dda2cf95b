"""Gets jobs from the agent."""

from __future__ import annotations

import json
import logging
from typing import Any, Dict, List, Optional

from furnace._backoff import Backoff
from furnace._http import NO_ANSWER, Answer, Exchange, wait_readable
from furnace.serverless._agent import Agent
from furnace.serverless._drain import Drain

Job = Dict[str, Any]

# The agent holds a poll for about 25 s; one that takes this long is broken.
POLL_LIMIT_SECONDS = 90.0
# An answer that has begun to arrive is complete within this.
ANSWER_TIMEOUT_SECONDS = 60.0
# How long a poll that is given up waits for a job already on its way.
FAREWELL_SECONDS = 1.0

NOTHING_TO_DO = (204, 400)

log = logging.getLogger("furnace")


class Poller:
    """One long poll at a time, the next at once, unless the agent is in trouble."""

    def __init__(self, agent: Agent, drain: Drain) -> None:
        self._agent = agent
        self._drain = drain
        self._backoff = Backoff()

    def take(self, busy: bool) -> List[Job]:
        """Makes one poll and returns the jobs it brought, most often one.

        None come when there were none, when the worker is asked to stop, or after a
        failure, which is then waited out.

        Args:
            busy: Whether jobs are running.
        """
        try:
            answer = self._receive(self._agent.take(busy))
        except NO_ANSWER as error:
            return self._wait_out(repr(error))
        if answer is None:
            return []
        if answer.status in NOTHING_TO_DO:
            self._backoff.reset()
            return []
        jobs = _jobs(answer)
        if jobs is None:
            return self._wait_out(f"HTTP {answer.status}")
        self._backoff.reset()
        return jobs

    def _receive(self, exchange: Exchange) -> Optional[Answer]:
        ready = wait_readable([exchange, self._drain], POLL_LIMIT_SECONDS)
        if exchange.fileno() in ready:
            return exchange.receive(ANSWER_TIMEOUT_SECONDS)
        try:
            return self._take_leave(exchange) if ready else None
        finally:
            exchange.close()

    def _take_leave(self, exchange: Exchange) -> Optional[Answer]:
        """Gives up a poll without losing a job that the agent is sending just now.

        The agent sees the end of our requests and either closes, which is an answer
        of none, or has sent a job, which then has to be run.
        """
        exchange.finish_sending()
        if not wait_readable([exchange], FAREWELL_SECONDS):
            return None
        return exchange.receive(ANSWER_TIMEOUT_SECONDS)

    def _wait_out(self, problem: str) -> List[Job]:
        if not self._drain.requested:
            log.warning("cannot take jobs from the agent (%s); trying again", problem)
            self._drain.sleep(self._backoff.next())
        return []


def _jobs(answer: Answer) -> Optional[List[Job]]:
    """The jobs of an answer, an object or an array; None when it is neither."""
    if answer.status != 200:
        return None
    try:
        value = json.loads(answer.body)
    except ValueError:
        return None
    jobs = value if isinstance(value, list) else [value]
    return [job for job in jobs if _is_job(job)]


def _is_job(value: Any) -> bool:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return True
    if value:  # {} and null say that there is none
        log.error("the agent sent something that is not a job; it is dropped")
    return False
