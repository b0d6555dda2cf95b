"""The handlers of test_worker.py; the first argument names the one to run."""

import sys

import furnace


def echo(event):
    """Returns its input."""
    return {"echo": event["input"]}


async def echo_async(event):
    """Returns its input, as a coroutine."""
    return {"echo": event["input"]}


def count(event):
    """Yields as many numbers as it is told to."""
    yield from range(event["input"])


async def count_async(event):
    """Yields as many numbers as it is told to, as an async generator."""
    for number in range(event["input"]):
        yield number


def raises(event):
    """Raises."""
    raise ValueError("no such luck")


def error(event):
    """Reports an error."""
    return {"error": "bad input", "hint": 1}


def unsuccessful(event):
    """Reports a failure without a reason."""
    return {"success": False}


def returns_set(event):
    """Returns what JSON does not have."""
    return {1, 2}


def returns_nan(event):
    """Returns a number that JSON does not have."""
    return {"loss": float("nan")}


def progress(event):
    """Reports progress, then returns."""
    furnace.serverless.progress_update(event, {"step": 1})
    return "done"


def gated(event):
    """Reports progress, then waits for a line on its standard input."""
    furnace.serverless.progress_update(event, "waiting")
    return sys.stdin.readline().strip()


if __name__ == "__main__":
    furnace.serverless.start(
        {"handler": globals()[sys.argv[1]], "return_aggregate_stream": True}
    )
