"""A handler on the stand-in of RunPod's SDK that does what its input says."""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

import runpod_worker  # noqa: E402  (found by the line above)

RESULTS = {
    "none": None,
    "empty": {},
    "nan": {"value": float("nan")},
    "set": {1, 2},
    "surrogate": "lone \udc80",
    "error": {"error": {"code": 7}, "detail": 1},
    "no_error": {"error": "", "detail": 1},
    "nested": {"output": {"output": 1}},
}

if pathlib.Path(os.environ.get("UNHEALTHY", "/nowhere")).exists():
    runpod_worker.unhealthy("memory", "2 GB of 4 GB")

while pathlib.Path(os.environ.get("SILENT", "/nowhere")).exists():
    time.sleep(0.01)


def note(order):
    """Leaves a line, so that a test can count runs."""
    with open(order["note"], "a", encoding="utf-8") as file:
        file.write(f"{order.get('name', '')} {os.getpid()}\n")


def handler(job):
    """`note` (a file) and `path` (wait for it) go before `op`: one of RESULTS, raise, exit, refresh, pid, job, env
    (`name`), large (`bytes`), progress; else the input is echoed."""
    order = job["input"] if isinstance(job["input"], dict) else {}
    if "note" in order:
        note(order)
    while "path" in order and not pathlib.Path(order["path"]).exists():
        time.sleep(0.01)
    operation = order.get("op")
    if operation in RESULTS:
        return RESULTS[operation]
    if operation == "raise":
        raise ValueError("told to")
    if operation == "exit":
        os._exit(3)
    if operation == "refresh":
        return {"refresh_worker": True, "pid": os.getpid()}
    if operation == "pid":
        return os.getpid()
    if operation == "env":
        return os.environ.get(order["name"])
    if operation == "job":
        return job
    if operation == "large":
        return "x" * order["bytes"]
    if operation == "progress":
        runpod_worker.progress_update(job, {"percent": 50})
    return {"echo": job["input"]}


runpod_worker.start({"handler": handler, "refresh_worker": "REFRESH" in os.environ})
