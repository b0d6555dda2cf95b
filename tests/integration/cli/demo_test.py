#!/usr/bin/python3
"""tools/demo.py leaves no process behind, wherever it is stopped.

usage: demo_test.py FURNACE_BINARY [unittest arguments]
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

from dev_harness import furnace_binary, processes_of, wait_until

DEMO = pathlib.Path(__file__).resolve().parents[3] / "tools" / "demo.py"


class DemoTest(unittest.TestCase):
    """See the module."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="furnace-demo-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def start(self):
        """Starts the demo with all its files in our folder."""
        with open(self.folder / "output", "wb") as output:
            return subprocess.Popen(
                [sys.executable, "-u", str(DEMO), FURNACE], cwd=self.folder,
                env=dict(os.environ, TMPDIR=str(self.folder)), stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, start_new_session=True)

    def output(self) -> str:
        """What it has printed."""
        return (self.folder / "output").read_text(errors="replace")

    def test_it_runs_to_the_end(self):
        self.assertEqual(0, self.start().wait(120), self.output())
        self.assertEqual({}, processes_of(self.folder))
        picture = (self.folder / "demo-upscaled.jpg").read_bytes()
        self.assertTrue(picture.startswith(b"\xff\xd8"))
        for expected in ("IN_QUEUE", "COMPLETED", "cold ", "ran ", "billed", "price     $0.0001"):
            self.assertIn(expected, self.output())

    def test_stopped_anywhere_it_leaves_no_process(self):
        # SIGTERM and SIGHUP take the same way as SIGINT; SIGKILL leaves it to the kernel.
        markers = ("starting", "dev.log", "endpoint", "IN_QUEUE", "stopping")
        cases = [(signal.SIGINT, marker) for marker in markers]
        cases += [(signal.SIGKILL, marker) for marker in ("dev.log", "IN_QUEUE")]
        cases += [(signal.SIGTERM, "IN_QUEUE")]
        for number, marker in cases:
            with self.subTest(signal=number.name, after=marker):
                self.stop_after(marker, number)

    def stop_after(self, marker: str, number: int):
        """Signals the demo as soon as it has printed, or written a file named, `marker`."""
        demo = self.start()
        wait_until(lambda: marker in self.output() or any(self.folder.glob(f"furnace-demo-*/{marker}")),
                   marker)
        demo.send_signal(number)
        demo.wait(120)
        wait_until(lambda: not processes_of(self.folder), f"the end of {processes_of(self.folder)}")
        for folder in self.folder.glob("furnace-demo-*"):
            subprocess.run(["rm", "-rf", str(folder)], check=True)


if __name__ == "__main__":
    FURNACE = furnace_binary()
    unittest.main(verbosity=2)
