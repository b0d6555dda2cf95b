"""Makes a picture larger: Lanczos on the CPU, bicubic on a GPU that torch can use."""

from __future__ import annotations

from typing import Any, Tuple

from PIL import Image, ImageFilter

# Enough to take the softness off an upscaled edge, too little to draw halos.
SHARPEN = ImageFilter.UnsharpMask(radius=1.2, percent=60, threshold=2)


def upscale(image: Image.Image, scale: float) -> Tuple[Image.Image, str]:
    """Returns an RGB picture `scale` times as wide and high, and "cuda" or "cpu"."""
    size = (round(image.width * scale), round(image.height * scale))
    torch = _torch_with_gpu()
    if torch is None:
        return image.resize(size, Image.LANCZOS).filter(SHARPEN), "cpu"
    return resize_by_torch(torch, image, size, "cuda").filter(SHARPEN), "cuda"


def resize_by_torch(
    torch: Any, image: Image.Image, size: Tuple[int, int], device: str
) -> Image.Image:
    """Resizes an RGB picture to `size` (width, height) on `device` of torch."""
    width, height = size
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).to(device)
    planes = pixels.view(1, image.height, image.width, 3).permute(0, 3, 1, 2).float()
    enlarged = torch.nn.functional.interpolate(
        planes, size=(height, width), mode="bicubic", align_corners=False
    )
    bytes_out = enlarged.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()
    return Image.frombytes("RGB", size, bytes_out.cpu().numpy().tobytes())


def _torch_with_gpu() -> Any:
    try:
        import torch
    except ImportError:
        return None
    return torch if torch.cuda.is_available() else None
