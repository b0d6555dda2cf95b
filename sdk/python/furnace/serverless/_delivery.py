"""Gets reports to the agent, however long that takes."""

from __future__ import annotations

import logging
import time
from typing import Callable

from furnace._backoff import Backoff
from furnace._http import NO_ANSWER
from furnace.serverless import _outcome
from furnace.serverless._agent import Agent
from furnace.serverless._runner import Outcome

# An agent that was away for longer has given the job to another worker.
DELIVERY_LIMIT_SECONDS = 3600.0

# The agent does not want the result: the job is not this worker's any more.
JOB_GONE = (404, 409, 410)
TRY_AGAIN = (408, 425, 429)

log = logging.getLogger("furnace")


class DeliveryError(Exception):
    """A report could not be handed over. The process should end: its agent then knows
    that the job has no result, and would wait for one otherwise."""


class Delivery:
    """Posts reports and repeats them on connection errors and 5xx."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def result(self, job_id: str, outcome: Outcome) -> None:
        """Hands over how a job ended. The agent must expect it more than once.

        A result that the agent refuses becomes an error of the job.

        Raises:
            DeliveryError: The agent was away for DELIVERY_LIMIT_SECONDS.
        """
        status = _deliver(
            lambda: self._agent.post_result(job_id, outcome.body, outcome.is_stream)
        )
        if 400 <= status < 500 and status not in JOB_GONE:
            log.error("job %s: the agent refused the result with HTTP %d", job_id, status)
            error = _outcome.to_json({"error": f"result was refused with HTTP {status}"})
            _deliver(lambda: self._agent.post_result(job_id, error, outcome.is_stream))

    def chunk(self, job_id: str, body: bytes) -> None:
        """Hands over one item of a generator. One that the agent refuses is dropped.

        Raises:
            DeliveryError: The agent was away for DELIVERY_LIMIT_SECONDS.
        """
        status = _deliver(lambda: self._agent.post_chunk(job_id, body))
        if status >= 400:
            log.warning("job %s: the agent refused a chunk with HTTP %d", job_id, status)


def _deliver(post: Callable[[], int]) -> int:
    deadline = time.monotonic() + DELIVERY_LIMIT_SECONDS
    backoff = Backoff()
    while True:
        try:
            status = post()
            if status < 500 and status not in TRY_AGAIN:
                return status
            problem = f"HTTP {status}"
        except NO_ANSWER as error:
            problem = repr(error)
        delay = backoff.next()
        if time.monotonic() + delay >= deadline:
            raise DeliveryError(f"the agent did not take a report ({problem})")
        log.warning("cannot hand a report to the agent (%s); trying again", problem)
        time.sleep(delay)
