"""A coroutine handler on the stand-in of RunPod's SDK that runs three jobs at a time, each until `path` is there."""

import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

import runpod_worker  # noqa: E402  (found by the line above)


async def handler(job):
    """Says that it was cancelled in the file `cancelled`."""
    order = job["input"]
    try:
        while not pathlib.Path(order["path"]).exists():
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        pathlib.Path(order["cancelled"]).touch()
        raise
    return {"name": order["name"]}


runpod_worker.start({"handler": handler, "concurrency_modifier": lambda current: 3})
