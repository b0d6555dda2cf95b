"""A handler on Furnace's package that tells of tokens: as RunPod's vLLM worker in each of its
`chunks`, 10 read and one more written, or, with `total`, as OpenAI's API in its result."""

import furnace


def stream(chunks):
    """Yields the chunks; the result does not have them again."""
    for written in range(1, chunks + 1):
        yield {"choices": [{"tokens": ["a"]}], "usage": {"input": 10, "output": written}}


def handler(event):
    """Streams, or returns a result."""
    order = event["input"]
    if "total" in order:
        return {"choices": [], "usage": {"total_tokens": order["total"]}}
    return stream(order["chunks"])


furnace.serverless.start({"handler": handler})
