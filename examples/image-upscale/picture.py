"""From base64 to pixels and back, trusting nothing."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any, NamedTuple, Tuple

from PIL import Image, ImageOps

SCALE_MIN, SCALE_MAX = 1, 4
PIXELS_MAX = 40_000_000
# The platform takes results of up to 64 MiB.
IMAGE_CHARACTERS_MAX = 24 * 1024 * 1024
FORMATS = ("jpeg", "png")
JPEG_QUALITY = 90


class BadInput(ValueError):
    """The job asks for something this handler does not do."""


class Request(NamedTuple):
    """A checked input."""

    data: bytes  # of a PNG or JPEG file, not looked into yet
    scale: float  # SCALE_MIN to SCALE_MAX
    format: str  # one of FORMATS

    @classmethod
    def read(cls, given: Any) -> Request:
        """Raises BadInput."""
        if not isinstance(given, dict):
            raise BadInput("input is not an object")
        return cls(
            data=_data(given.get("image")),
            scale=_scale(given.get("scale", 2)),
            format=_format(given.get("format", "jpeg")),
        )


def decode(request: Request) -> Image.Image:
    """Returns the picture upright, as RGB. Raises BadInput.

    The size is checked before a pixel is decoded: a file of a few kilobytes can claim
    gigabytes of them.
    """
    try:
        with Image.open(io.BytesIO(request.data), formats=("PNG", "JPEG")) as image:
            _check_size(image.size, request.scale)
            return ImageOps.exif_transpose(image).convert("RGB")
    except Image.DecompressionBombError as error:
        raise BadInput(f"image is too large, at most {PIXELS_MAX} pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput("image is not a PNG or JPEG picture, or is damaged") from error


def encode(image: Image.Image, format: str) -> str:
    """Returns the picture as base64. Raises BadInput when it is too large to return."""
    file = io.BytesIO()
    if format == "jpeg":
        image.save(file, "JPEG", quality=JPEG_QUALITY)
    else:
        image.save(file, "PNG")
    text = base64.b64encode(file.getvalue()).decode("ascii")
    if len(text) > IMAGE_CHARACTERS_MAX:
        raise BadInput("the result is too large to return; ask for jpeg or a smaller scale")
    return text


def _data(image: Any) -> bytes:
    if not isinstance(image, str) or not image:
        raise BadInput("image is missing; it is a PNG or JPEG file in base64")
    try:
        return base64.b64decode(image, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("image is not base64") from error


def _scale(scale: Any) -> float:
    is_number = isinstance(scale, (int, float)) and not isinstance(scale, bool)
    if not is_number or not SCALE_MIN <= scale <= SCALE_MAX:
        raise BadInput(f"scale is not a number from {SCALE_MIN} to {SCALE_MAX}")
    return scale


def _format(format: Any) -> str:
    if format not in FORMATS:
        raise BadInput('format is neither "jpeg" nor "png"')
    return format


def _check_size(size: Tuple[int, int], scale: float) -> None:
    pixels = size[0] * size[1]
    if pixels > PIXELS_MAX:
        raise BadInput(f"image has {pixels} pixels, at most {PIXELS_MAX}")
    if pixels * scale * scale > PIXELS_MAX:
        raise BadInput(f"the result would have more than {PIXELS_MAX} pixels; lower scale")
