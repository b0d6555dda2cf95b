"""A generator handler that pours: waits for the file `path`, then yields `count` texts of
`bytes` bytes, as fast as it may."""

import pathlib
import time

import furnace


def handler(event):
    """See above."""
    order = event["input"]
    while not pathlib.Path(order["path"]).exists():
        time.sleep(0.01)
    for _ in range(order["count"]):
        yield "x" * order["bytes"]


furnace.serverless.start({"handler": handler})
