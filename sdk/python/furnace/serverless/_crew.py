"""How many jobs run at a time."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from typing import Callable

CONCURRENCY_MAX = 1000

Task = Callable[[], None]


class Solo:
    """Runs each job at once, in the thread that took it: the main one."""

    busy = False

    def await_room(self) -> None:
        """Returns at once: nothing runs between jobs."""

    def run(self, task: Task) -> None:
        """Runs a job to its end."""
        task()

    def finish(self) -> None:
        """Returns at once."""


class Crew:
    """Runs jobs side by side, each in a thread, up to a limit that may change."""

    def __init__(self, modifier: Callable[[int], int]) -> None:
        # Costs time to load that a worker without it need not spend.
        from concurrent.futures import ThreadPoolExecutor

        self._modifier = modifier
        self._limit = 1
        self._running = 0
        self._changed = threading.Condition()
        self._threads = ThreadPoolExecutor(CONCURRENCY_MAX, thread_name_prefix="furnace-job")

    @property
    def busy(self) -> bool:
        """Whether jobs are running."""
        return self._running > 0

    def await_room(self) -> None:
        """Asks the modifier for the limit and waits until a job more may run."""
        self._limit = max(1, min(self._modifier(self._limit), CONCURRENCY_MAX))
        self._wait_until(lambda: self._running < self._limit)

    def run(self, task: Task) -> None:
        """Starts a job as soon as there is room."""
        self._wait_until(lambda: self._running < self._limit)
        with self._changed:
            self._running += 1
        self._threads.submit(self._run, task)

    def finish(self) -> None:
        """Waits until no job runs."""
        self._wait_until(lambda: self._running == 0)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(condition)

    def _run(self, task: Task) -> None:
        try:
            task()
        except BaseException as error:
            _end_process(error)
        with self._changed:
            self._running -= 1
            self._changed.notify_all()


def _end_process(error: BaseException) -> None:
    """Ends the process from any thread, as `error` would from the main one."""
    code = 1
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    else:
        traceback.print_exception(type(error), error, error.__traceback__)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
