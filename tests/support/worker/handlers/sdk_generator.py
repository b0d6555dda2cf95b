"""A generator on Furnace's own package."""

import furnace


def handler(event):
    """Yields as many numbers as the input says."""
    for number in range(event["input"]):
        yield {"number": number}


furnace.serverless.start({"handler": handler, "return_aggregate_stream": True})
