#!/usr/bin/python3
"""Stands in for a service under `furnace dev`: answers /readyz and waits.

Its name is the file it is linked as. FAKE_<NAME> in the environment makes it misbehave:
`crash` exits at once, `deaf` ignores SIGTERM, `slow` takes a second to be ready. The
fake scheduler starts a process in a session of its own, as a driver starts workers, and
does not stop it.
"""

import http.server
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time


class Ready(http.server.BaseHTTPRequestHandler):
    """Answers every GET with 200."""

    def do_GET(self):
        """See the class."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


def main() -> int:
    """Serves until SIGTERM."""
    name = pathlib.Path(sys.argv[0]).name.removeprefix("furnace-")
    mode = os.environ.get(f"FAKE_{name.upper()}", "")
    print(f"{name} starts in mode '{mode}'", flush=True)
    if mode == "crash":
        print(f"{name}: the reason for the crash", flush=True)
        return 7
    if mode == "slow":
        time.sleep(1)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, (lambda *_: None) if mode == "deaf" else (lambda *_: stop.set()))
    if name == "scheduler":
        subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)
    host, port = os.environ["FURNACE_METRICS_LISTEN"].split(":")
    server = http.server.ThreadingHTTPServer((host, int(port)), Ready)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
