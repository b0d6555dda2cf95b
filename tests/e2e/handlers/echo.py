"""A handler that does what its input says: the end-to-end tests' puppet."""

import atexit
import os
import pathlib
import signal
import sys
import time

import furnace

# What an unwanted result looks like, by the operation that returns it.
RESULTS = {
    "set": {1, 2},
    "nan": float("nan"),
    "error": {"error": "told to", "detail": 7},
    "failure": {"success": False, "detail": 7},
    "odd_error": {"error": "nul \0, lone \udc80, bell \7, \U0001f525"},
}


def wait_for(path: str):
    """Returns once the file is there: the test decides when."""
    while not pathlib.Path(path).exists():
        time.sleep(0.01)


def leave(path: str, text: str):
    """Writes a file that has all of its text as soon as it is there."""
    pathlib.Path(path + ".part").write_text(text)
    os.rename(path + ".part", path)


def act(event, order):
    """`gate` (`path`), `touch` (`path`), `raise` (`message`), `exit` (`status`),
    `exit_once` (`path`), `kill`, `hang`, `deaf` (to SIGTERM; tells its pid in `path`),
    `polite` (`farewell`, left when the process ends, and `path` as `gate`), `sleep` (`seconds`),
    `garbage` (on stdout), `progress` (`value`, `path`)."""
    operation = order.get("op", "echo")
    if operation == "gate":
        wait_for(order["path"])
    elif operation == "touch":
        pathlib.Path(order["path"]).touch()
    elif operation == "raise":
        raise ValueError(order.get("message", "told to"))
    elif operation == "exit":
        os._exit(order.get("status", 3))
    elif operation == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif operation == "exit_once":
        path = pathlib.Path(order["path"])
        if not path.exists():
            path.touch()
            os._exit(1)
    elif operation == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if "path" in order:
            leave(order["path"], str(os.getpid()))
        time.sleep(3600)
    elif operation == "polite":
        atexit.register(leave, order["farewell"], str(os.getpid()))
        wait_for(order["path"])
    elif operation == "hang":
        time.sleep(3600)
    elif operation == "sleep":
        time.sleep(order["seconds"])
    elif operation == "garbage":
        os.write(1, b'{"output": 1}\n\0\xff\xfe' + b"x" * 200_000 + b"\n")
        os.write(2, b"\xff" * 200_000)
        print("no newline at the end", end="", file=sys.stdout, flush=True)
    elif operation == "progress":
        furnace.serverless.progress_update(event, order["value"])
        wait_for(order["path"])


def handler(event):
    """Does the input's `op`, then returns it; or `return` (`output`), `env` (`name`), `exists` (`path`), `pid`, `large` (`bytes`),
    `gate_large` (`path`, `bytes`), or one of RESULTS."""
    order = event["input"]
    if not isinstance(order, dict):
        return {"echo": order}
    operation = order.get("op", "echo")
    if operation in RESULTS:
        return RESULTS[operation]
    if operation == "return":
        return order["output"]
    if operation == "env":
        return os.environ.get(order["name"])
    if operation == "exists":
        return os.path.exists(order["path"])
    if operation == "pid":
        time.sleep(order.get("seconds", 0))
        wait_for(order.get("path", "/"))
        return os.getpid()
    if operation == "gate_large":
        wait_for(order["path"])
    if operation in ("large", "gate_large"):
        return {"text": "x" * order["bytes"]}
    act(event, order)
    return {"echo": order, "worker": os.environ.get("RUNPOD_POD_ID")}


furnace.serverless.start({"handler": handler})
