"""Runs `furnace dev` for tests, with fake services or the real ones."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SERVICES = ("gateway", "scheduler", "registry", "metering", "worker")
FAKE = pathlib.Path(__file__).with_name("fake_service.py")
DEADLINE_S = 90


def wait_until(condition, what: str, timeout_s: float = DEADLINE_S):
    """Polls `condition` until it returns something true, and returns that."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"timed out after {timeout_s} s: {what}")
        time.sleep(0.02)


def read(path: pathlib.Path) -> bytes:
    """A file of /proc, or b"" when the process is gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def processes_of(folder: pathlib.Path) -> dict:
    """Pid and command line of each process whose environment, command line or working
    folder mentions `folder`."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            works_in = os.readlink(entry / "cwd")
        except OSError:
            works_in = ""
        needle = str(folder).encode()
        command = read(entry / "cmdline")
        if needle in command or needle in read(entry / "environ") or works_in.startswith(str(folder)):
            found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


class Dev:
    """One `furnace dev` and the folder it works in."""

    def __init__(self, furnace: str, fake: bool, folder: pathlib.Path = None):
        self.folder = folder or pathlib.Path(tempfile.mkdtemp(prefix="furnace-dev-test-"))
        self.ready_file = self.folder / "ready.json"
        self.data = self.folder / "data"
        self.binary = self._fake_binaries(furnace) if fake else pathlib.Path(furnace)
        self.process = None

    def _fake_binaries(self, furnace: str) -> pathlib.Path:
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        if not (folder / "furnace").exists():
            shutil.copy(furnace, folder / "furnace")
            for name in SERVICES:
                os.symlink(FAKE, folder / f"furnace-{name}")
        return folder / "furnace"

    def start(self, *options: str, **environment: str):
        """Starts it on free ports; returns at once."""
        return self._start("--free-ports", *options, **environment)

    def start_on(self, port_base: int):
        """Starts it on given ports; returns at once."""
        return self._start("--port-base", str(port_base))

    def _start(self, *options: str, **environment: str):
        with open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(
                [str(self.binary), "dev", "--data", str(self.data),
                 "--ready-file", str(self.ready_file), *options],
                cwd=self.folder, env=dict(os.environ, **environment), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT)
        return self

    def ready(self) -> dict:
        """Waits until all is ready and returns the ready file."""
        def look():
            if self.process.poll() is not None:
                raise AssertionError(f"furnace dev exited {self.process.returncode}:\n{self.text()}")
            return self.ready_file.exists()
        wait_until(look, "furnace dev to be ready")
        return json.loads(self.ready_file.read_text())

    def text(self) -> str:
        """What it has printed."""
        return (self.folder / "output").read_text(errors="replace")

    def signal(self, number: int):
        """Sends it a signal."""
        self.process.send_signal(number)

    def wait(self) -> int:
        """Waits for its end and returns the exit status."""
        return self.process.wait(DEADLINE_S)

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def clean_up(self):
        """Ends what a failed test left and deletes the folder."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in processes_of(self.data):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        wait_until(lambda: not processes_of(self.data), "leftovers to end")
        shutil.rmtree(self.folder, ignore_errors=True)


def furnace_binary() -> str:
    """The first argument of the test program as a full path; taken off for unittest."""
    return os.path.abspath(sys.argv.pop(1))
