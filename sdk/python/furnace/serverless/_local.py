"""Runs one job without an agent, to try a handler out."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, List, Mapping, Optional

from furnace.serverless._environment import Identity
from furnace.serverless._runner import Runner
from furnace.serverless._settings import Settings

FLAG = "--test_input"
FILE = "test_input.json"

NOTHING_TO_RUN = f"""furnace: there is no node agent and nothing to run.
Furnace sets RUNPOD_WEBHOOK_GET_JOB for its workers. To try the handler out, give it
a job: {FLAG} '{{"input": ...}}', or the same in ./{FILE}."""


def wanted(arguments: List[str], environ: Mapping[str, str]) -> bool:
    """Whether to run here: asked to, or without an agent."""
    return _flag_value(arguments) is not None or not environ.get("RUNPOD_WEBHOOK_GET_JOB")


def run(settings: Settings, arguments: List[str]) -> int:
    """Runs one job, prints the JSON of its result and returns the exit code.

    The items of a generator are printed as one list.
    """
    text = _flag_value(arguments)
    if text is None:
        if not os.path.exists(FILE):
            print(NOTHING_TO_RUN, file=sys.stderr)
            return 1
        with open(FILE, encoding="utf-8") as file:
            text = file.read()
    event = _event(text)
    if event is None:
        print('furnace: the test input is not a JSON object with an "input"', file=sys.stderr)
        return 1
    return _run(settings._replace(return_aggregate_stream=True), event)


def _run(settings: Settings, event: Any) -> int:
    runner = Runner(settings, Identity.read(os.environ))
    outcome = runner.run(event, post_chunk=lambda body: None)
    print(outcome.body.decode("utf-8"))
    return int(outcome.failed)


def _flag_value(arguments: List[str]) -> Optional[str]:
    for index, argument in enumerate(arguments):
        if argument.startswith(FLAG + "="):
            return argument[len(FLAG) + 1 :]
        if argument == FLAG:
            return "".join(arguments[index + 1 : index + 2])
    return None


def _event(text: str) -> Any:
    try:
        event = json.loads(text)
    except ValueError:
        return None
    if not isinstance(event, dict) or "input" not in event:
        return None
    return {"id": "local", **event}
