"""A generator handler on the RunPod worker protocol alone, with the manners of RunPod's
own worker: job-take in a loop, a job-stream for each chunk, then one job-done, pings
from aside. What the agent refuses with 5xx is sent again, three times in all; what it
does not answer is lost.

A job yields {"number": n} for n from 0, `count` of them, `pause` seconds apart, then
waits for the file `gate`, if any, and `delay` seconds, and returns all it yielded."""

import json
import os
import pathlib
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

SEND_AGAIN_AFTER_S = (2, 3)
TAKE_TIMEOUT_S = 90
running = set()


def call(url: str, body=None, timeout: float = 60) -> tuple:
    """One exchange with the agent: (status, text); status 0 when it does not answer."""
    request = urllib.request.Request(
        url, data=None if body is None else json.dumps(body, ensure_ascii=False).encode(), headers={
            "Authorization": os.environ["RUNPOD_AI_API_KEY"],
            "Content-Type": "application/json" if body is None else "application/x-www-form-urlencoded",
            "User-Agent": "RunPod-Python-SDK/1.12.0 (Linux) Language/Python 3.11"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def post(variable: str, job_id: str, body, is_stream: bool):
    """Delivers a chunk or a result."""
    url = f"{os.environ[variable].replace('$ID', job_id)}&isStream={str(is_stream).lower()}"
    for pause in (*SEND_AGAIN_AFTER_S, None):
        status, _ = call(url, body)
        if status < 500 or pause is None:
            return
        time.sleep(pause)


def serve(job: dict):
    """Runs one job."""
    order, yielded = job["input"], []
    for number in range(order["count"]):
        yielded.append({"number": number})
        post("RUNPOD_WEBHOOK_POST_STREAM", job["id"], {"output": yielded[-1]}, False)
        time.sleep(order.get("pause", 0))
    while "gate" in order and not pathlib.Path(order["gate"]).exists():
        time.sleep(0.01)
    time.sleep(order.get("delay", 0))
    post("RUNPOD_WEBHOOK_POST_OUTPUT", job["id"], {"output": yielded}, True)


def ping():
    """Heartbeats, until the process ends."""
    while True:
        jobs = f"&job_id={urllib.parse.quote(','.join(running))}" if running else ""
        call(f"{os.environ['RUNPOD_WEBHOOK_PING']}{jobs}&runpod_version=1.12.0", timeout=10)
        time.sleep(int(os.environ["RUNPOD_PING_INTERVAL"]) / 1000)


def main():
    """Serves until killed."""
    threading.Thread(target=ping, daemon=True).start()
    while True:
        status, text = call(os.environ["RUNPOD_WEBHOOK_GET_JOB"] + "&job_in_progress=0", timeout=TAKE_TIMEOUT_S)
        taken = json.loads(text) if status == 200 and text else []
        for job in taken if isinstance(taken, list) else [taken]:
            running.add(job["id"])
            serve(job)
            running.discard(job["id"])
        if status == 0:
            time.sleep(0.1)


main()
