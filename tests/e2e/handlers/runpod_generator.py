"""A generator handler on the stand-in of RunPod's SDK: yields {"number": n} for n from 0, `count` of them; with
`fail_at` an error instead."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

import runpod_worker  # noqa: E402  (found by the line above)


def handler(job):
    """See above."""
    order = job["input"]
    for number in range(order["count"]):
        if number == order.get("fail_at"):
            yield {"error": "told to"}
        yield {"number": number}


runpod_worker.start({"handler": handler, "return_aggregate_stream": True})
