"""Turns a Python function into a Furnace worker.

    import furnace

    def handler(event):
        return {"sum": sum(event["input"]["numbers"])}

    furnace.serverless.start({"handler": handler})
"""

from __future__ import annotations

import os
import sys
from typing import Any, Mapping

from furnace.serverless import _local
from furnace.serverless._delivery import DeliveryError
from furnace.serverless._environment import Environment
from furnace.serverless._progress import progress_update
from furnace.serverless._settings import Settings
from furnace.serverless._worker import Worker

__all__ = ["DeliveryError", "progress_update", "start"]


def start(config: Mapping[str, Any]) -> None:
    """Runs jobs until the process is told to stop by SIGTERM or SIGINT.

    Call it last, from the main thread. On a stop, jobs that were taken are finished
    and reported before it returns. Without a node agent (RUNPOD_WEBHOOK_GET_JOB
    unset), or with `--test_input '{"input": ...}'` on the command line, it runs one
    job from there or from ./test_input.json, prints the result and exits with 0, or 1
    on an error.

    A handler takes the event, a dict with "id" and "input", and may be a function, a
    coroutine function, a generator or an async generator function. What it returns
    must be JSON and becomes the job's output. The job fails when the handler raises,
    when it returns a dict with a true "error" or with "success": False, or when what
    it returns is not JSON. A returned dict with a true "refresh_worker" has the
    platform replace the worker. Each item of a generator goes to the job's watchers
    at once.

    Args:
        config: A mapping with
            "handler": The function to run.
            "generator": A generator function to run in place of "handler".
            "return_aggregate_stream": True: the output of a generator is the list of
                its items. Default False: an empty list.
            "concurrency_modifier": A function from the present number of jobs at a
                time to the wanted one, 1-1,000, asked before each take. Coroutines
                then share one event loop; plain functions run in threads, side by
                side. Default: one job at a time, a plain function in the main thread.
            "refresh_worker": True: end after one job, so that each has a fresh
                process.

    Raises:
        TypeError: Neither "handler" nor "generator" is a function.
        ValueError: A variable the agent sets is missing or malformed.
        DeliveryError: A result could not be handed to the agent for an hour.
    """
    settings = Settings.read(config)
    arguments = sys.argv[1:]
    if _local.wanted(arguments, os.environ):
        sys.exit(_local.run(settings, arguments))
    Worker(settings, Environment.read(os.environ)).run()
