"""A no-op on the stand-in of RunPod's SDK; SDK_RELEASE is its release."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "support"))

import runpod_worker  # noqa: E402  (found by the line above)

runpod_worker.start({"handler": lambda job: None})
