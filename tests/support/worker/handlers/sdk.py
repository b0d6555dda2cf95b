"""A handler on Furnace's own package."""

import furnace


def handler(event):
    """`op`: raise, nan, fresh (says its pid and wants to be replaced), else doubles `number`."""
    task = event["input"]
    if task["op"] == "raise":
        raise ValueError("bad input")
    if task["op"] == "nan":
        return float("nan")
    if task["op"] == "fresh":
        return {"pid": __import__("os").getpid(), "refresh_worker": True}
    furnace.serverless.progress_update(event, {"stage": 1})
    return {"doubled": task["number"] * 2}


furnace.serverless.start({"handler": handler})
