"""A generator handler: yields {"number": n} for n from 0, `count` of them, and reports
n as progress before each. With `fail_at`, its first attempt at the file `path` raises
when it gets there."""

import pathlib
import time

import furnace


def handler(event):
    """Yields slowly enough for a test to break something meanwhile."""
    order = event["input"]
    for number in range(order["count"]):
        if number == order.get("fail_at") and not pathlib.Path(order["path"]).exists():
            pathlib.Path(order["path"]).touch()
            raise ValueError("told to")
        furnace.serverless.progress_update(event, number)
        yield {"number": number}
        time.sleep(0.01)


furnace.serverless.start({"handler": handler, "return_aggregate_stream": True})
