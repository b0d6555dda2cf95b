"""Upscales a photograph, on the GPU when there is one."""

from __future__ import annotations

import time
from typing import Any, Dict

import furnace
import picture
import upscale


def handler(event: Dict[str, Any]) -> Dict[str, Any]:
    """Upscales event["input"]["image"]; README.md describes input and output.

    A bad input is answered with {"error": text}.
    """
    started = time.monotonic()
    try:
        request = picture.Request.read(event["input"])
        image = picture.decode(request)
        furnace.serverless.progress_update(event, {"stage": "upscaling"})
        enlarged, device = upscale.upscale(image, request.scale)
        furnace.serverless.progress_update(event, {"stage": "encoding"})
        encoded = picture.encode(enlarged, request.format)
    except picture.BadInput as error:
        return {"error": str(error)}
    return {
        "image": encoded,
        "width": enlarged.width,
        "height": enlarged.height,
        "device": device,
        "millis": round((time.monotonic() - started) * 1000),
    }


if __name__ == "__main__":
    furnace.serverless.start({"handler": handler})
