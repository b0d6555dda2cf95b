"""The handler of examples/image-upscale."""

import base64
import io
import pathlib
import sys
import unittest

from PIL import Image

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "image-upscale"
sys.path.insert(0, str(EXAMPLE))

import handler  # noqa: E402

PHOTO = (EXAMPLE / "photo.jpg").read_bytes()


def encode(data: bytes) -> str:
    """Base64, as text."""
    return base64.b64encode(data).decode("ascii")


class UpscaleTest(unittest.TestCase):
    def upscale(self, **given) -> dict:
        """What the handler returns for an input that it takes."""
        with self.assertLogs("furnace", "WARNING") as logs:
            output = handler.handler({"id": "local", "input": given})
        stages = [record.getMessage() for record in logs.records]
        self.assertEqual(len(stages), 2)
        self.assertIn("upscaling", stages[0])
        self.assertIn("encoding", stages[1])
        return output

    def check_picture(self, output: dict, size: tuple, format: str) -> None:
        """Checks the size and kind of a returned picture."""
        self.assertEqual((output["width"], output["height"]), size)
        with Image.open(io.BytesIO(base64.b64decode(output["image"]))) as image:
            image.load()
            self.assertEqual((image.size, image.format), (size, format))

    def test_the_photo_is_doubled(self):
        self.check_picture(self.upscale(image=encode(PHOTO)), (902, 600), "JPEG")

    def test_scale_and_format(self):
        output = self.upscale(image=encode(PHOTO), scale=1, format="png")
        self.check_picture(output, (451, 300), "PNG")


class BadInputTest(unittest.TestCase):
    def check_error(self, given, error: str) -> None:
        """Checks how an input is refused."""
        self.assertEqual(handler.handler({"id": "local", "input": given}), {"error": error})

    def test_not_an_object(self):
        self.check_error("photo", "input is not an object")

    def test_missing_image(self):
        for given in ({}, {"image": ""}, {"image": 7}):
            with self.subTest(given):
                self.check_error(given, "image is missing; it is a PNG or JPEG file in base64")

    def test_not_base64(self):
        for text in ("?", "äöü", "abc"):
            with self.subTest(text):
                self.check_error({"image": text}, "image is not base64")

    def test_not_a_picture(self):
        for data in (b"hello", PHOTO[:200], PHOTO[: len(PHOTO) // 2]):
            with self.subTest(len(data)):
                self.check_error(
                    {"image": encode(data)}, "image is not a PNG or JPEG picture, or is damaged"
                )

    def test_scale_out_of_range(self):
        for scale in (0, 0.5, 4.5, -1, float("nan"), "2", True, None):
            with self.subTest(scale):
                self.check_error(
                    {"image": encode(PHOTO), "scale": scale}, "scale is not a number from 1 to 4"
                )

    def test_unknown_format(self):
        self.check_error(
            {"image": encode(PHOTO), "format": "gif"}, 'format is neither "jpeg" nor "png"'
        )


if __name__ == "__main__":
    unittest.main()
