#!/usr/bin/python3
"""Furnace from end to end: starts a suite of its own, upscales a photograph on it through the
REST API, shows the states, the times and the price, and stops everything.

usage: demo.py FURNACE_BINARY

Writes demo-upscaled.jpg into the present folder. Standard library only.
"""

import base64
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = REPOSITORY / "examples" / "image-upscale"
RESULT = pathlib.Path("demo-upscaled.jpg")
FINAL = ("COMPLETED", "FAILED", "TIMED_OUT", "CANCELLED")
SCALE = 2
START_LIMIT_S = 120
JOB_LIMIT_S = 300
BILL_LIMIT_S = 60
PR_SET_PDEATHSIG = 1


class DemoFailed(Exception):
    """Something did not go as it must; the text says what."""


def die_with_parent():
    """Has the kernel stop `furnace dev`, which then stops the rest, when we are killed."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Suite:
    """A `furnace dev` in a temporary folder, as a context manager."""

    def __init__(self, furnace: str):
        self.furnace = furnace
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="furnace-demo-"))
        self.log = self.folder / "dev.log"
        self.process = None

    def __enter__(self) -> dict:
        try:
            return self._start()
        except BaseException:
            self._stop()
            raise

    def __exit__(self, kind, error, trace):
        self._stop()
        if kind is None or kind is KeyboardInterrupt:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"logs are kept in {self.folder}/data/logs", file=sys.stderr)

    def _start(self) -> dict:
        ready = self.folder / "ready.json"
        with open(self.log, "wb") as log:
            # A session of its own: a Ctrl-C reaches us, and we stop it.
            self.process = subprocess.Popen(
                [self.furnace, "dev", "--free-ports", "--data", str(self.folder / "data"),
                 "--ready-file", str(ready), "--images", str(REPOSITORY / "examples"),
                 "--sdk", str(REPOSITORY / "sdk" / "python")],
                cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent)
        deadline = time.monotonic() + START_LIMIT_S
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise DemoFailed(f"furnace dev did not start:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.05)
        return json.loads(ready.read_text())

    def _stop(self):
        # Not to be cut short: what is left would have nobody to stop it.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


class Rest:
    """The few calls of the REST API that the demo makes."""

    def __init__(self, url: str, api_key: str):
        self.url = url
        self.headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}

    def open(self, method: str, path: str, body=None, timeout_s: float = 60):
        """Sends a request and returns the open response."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, self.headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=timeout_s)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise DemoFailed(f"{method} {path}: HTTP {error.code}: {text}") from error

    def call(self, method: str, path: str, body=None):
        """Sends a request and returns the answer's JSON."""
        with self.open(method, path, body) as response:
            return json.load(response)

    def watch(self, job_id: str):
        """Yields the job at each change until it is final."""
        deadline = time.monotonic() + JOB_LIMIT_S
        while time.monotonic() < deadline:
            with self.open("GET", f"/v1/jobs/{job_id}/watch", timeout_s=JOB_LIMIT_S) as lines:
                for line in lines:
                    message = json.loads(line)
                    if "job" not in message:
                        continue
                    yield message["job"]
                    if message["job"]["status"] in FINAL:
                        return
        raise DemoFailed(f"the job is not done after {JOB_LIMIT_S} s")


def dollars(nanos: int) -> str:
    """Nano-dollars as dollars, exactly."""
    sign = "-" if nanos < 0 else ""
    return f"{sign}${abs(nanos) // 10**9}.{abs(nanos) % 10**9:09}"


def seconds(micros: int) -> str:
    """Microseconds as seconds, exactly."""
    return f"{micros // 10**6}.{micros % 10**6:06} s"


def create_endpoint(rest: Rest) -> dict:
    """Declares the example's endpoint on rtx4000, or on the first GPU there is."""
    types = [gpu["gpu_type"] for gpu in rest.call("GET", "/v1/gpus").get("gpus", [])]
    gpu = "rtx4000" if "rtx4000" in types or not types else types[0]
    endpoint = rest.call("POST", "/v1/endpoints", {
        "name": "image-upscale", "image_uri": f"file://{EXAMPLE}", "handler_path": "handler.py",
        "gpu_types": [gpu]})
    print(f"endpoint  image-upscale ({endpoint['id']}) on {gpu}")
    return endpoint


def run_job(rest: Rest, endpoint_id: str) -> dict:
    """Sends the photograph, shows each state with its time, and returns the final job."""
    photo = base64.b64encode((EXAMPLE / "photo.jpg").read_bytes()).decode()
    started = time.monotonic()
    job = rest.call("POST", f"/v1/endpoints/{endpoint_id}/run",
                    {"input": {"image": photo, "scale": SCALE}})
    print(f"job       {job['id']}")
    shown = None
    for job in rest.watch(job["id"]):
        stage = (job.get("progress") or {}).get("stage", "")
        if (job["status"], stage) != shown:
            shown = (job["status"], stage)
            print(f"  {time.monotonic() - started:7.3f} s  {job['status']:<12} {stage}")
    if job["status"] != "COMPLETED":
        raise DemoFailed(f"the job is {job['status']}: {job.get('error', '')}")
    return job


def fetch_bill(rest: Rest, job: dict) -> dict:
    """The job's usage once metering has all of it."""
    deadline = time.monotonic() + BILL_LIMIT_S
    while True:
        total = rest.call("GET", f"/v1/usage?job_id={job['id']}").get("total", {})
        if total.get("gpu_time_us", 0) == job["gpu_time_us"] and total.get("invocations", 0) > 0:
            return total
        if time.monotonic() > deadline:
            raise DemoFailed(f"no bill for {job['gpu_time_us']} us of GPU time, but {total}")
        time.sleep(0.1)


def show(job: dict, bill: dict):
    """Prints what the job took and costs."""
    output = job["output"]
    print(f"result    {RESULT} ({output['width']} x {output['height']}, on {output['device']})")
    print(f"queued    {job.get('delay_ms', 0)} ms until its worker took it")
    print(f"cold      {job.get('cold_start_ms', 0)} ms for that worker to start")
    print(f"ran       {job.get('execution_ms', 0)} ms on {job.get('gpu_type', '?')}")
    print(f"GPU time  {seconds(bill['gpu_time_us'])} billed, the same as leased")
    print(f"price     {dollars(bill.get('cost_nanos', 0))}")


def main() -> int:
    """Runs the demo; 0 when all went well."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    os.environ.pop("PYTHONPATH", None)
    print("starting Furnace")
    try:
        with Suite(os.path.abspath(sys.argv[1])) as suite:
            rest = Rest(suite["url"], suite["api_key"])
            endpoint = create_endpoint(rest)
            job = run_job(rest, endpoint["id"])
            RESULT.write_bytes(base64.b64decode(job["output"]["image"]))
            show(job, fetch_bill(rest, job))
            print("stopping Furnace")
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    except (DemoFailed, OSError, KeyError, ValueError) as error:
        print(f"the demo failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
