"""The worker: takes jobs, runs them, reports them."""

from __future__ import annotations

from functools import partial
from typing import Any, Dict, List, Set

from furnace.serverless import _heartbeat, _progress
from furnace.serverless._agent import Agent
from furnace.serverless._crew import Crew, Solo
from furnace.serverless._delivery import Delivery
from furnace.serverless._drain import Drain
from furnace.serverless._environment import Environment
from furnace.serverless._poller import Poller
from furnace.serverless._runner import Runner
from furnace.serverless._settings import Settings


class Worker:
    """Serves one agent until it is asked to stop."""

    def __init__(self, settings: Settings, environment: Environment) -> None:
        self._settings = settings
        self._environment = environment
        self._drain = Drain()
        self._agent = Agent(environment)
        self._poller = Poller(self._agent, self._drain)
        self._runner = Runner(settings, environment.identity)
        self._delivery = Delivery(self._agent)
        modifier = settings.concurrency_modifier
        self._crew = Crew(modifier) if modifier else Solo()
        self._held: Set[str] = set()

    def run(self) -> None:
        """Returns once a stop was requested and every job taken is reported.

        Raises:
            DeliveryError: A result could not be handed over.
        """
        self._drain.listen()
        _progress.connect(self._agent.post_progress)
        if self._environment.ping_url:
            _heartbeat.start(
                self._agent, self._environment.ping_interval_seconds, self._held_ids
            )
        while not self._drain.requested:
            self._crew.await_room()
            self._serve_all(self._poller.take(self._crew.busy))
        self._crew.finish()

    def _serve_all(self, jobs: List[Dict[str, Any]]) -> None:
        """Runs what was delivered, a stop requested or not: nobody else will."""
        self._held.update(job["id"] for job in jobs)
        for job in jobs:
            self._crew.run(partial(self._serve, job))

    def _serve(self, job: Dict[str, Any]) -> None:
        job_id = job["id"]  # the handler may change its event
        outcome = self._runner.run(job, partial(self._delivery.chunk, job_id))
        self._delivery.result(job_id, outcome)
        self._held.discard(job_id)
        if self._settings.refresh_worker:
            self._drain.request()

    def _held_ids(self) -> List[str]:
        return sorted(self._held.copy())
