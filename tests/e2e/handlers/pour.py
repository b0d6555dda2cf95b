"""A generator handler that pours: in each of `portions` (1) waits for the file `path` with the
portion's number (from 0) added, then yields `count` texts of `bytes` bytes, as fast as it may."""

import pathlib
import time

import furnace


def handler(event):
    """See above."""
    order = event["input"]
    for portion in range(order.get("portions", 1)):
        while not pathlib.Path(f"{order['path']}{portion}").exists():
            time.sleep(0.01)
        for _ in range(order["count"]):
            yield "x" * order["bytes"]


furnace.serverless.start({"handler": handler})
