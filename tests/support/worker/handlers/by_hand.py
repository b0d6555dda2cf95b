"""Does what each job's input says."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import protocol


def stop(number, frame):
    """Ends at once, telling the test that it was asked to."""
    protocol.leave("terminated")
    os._exit(0)


signal.signal(signal.SIGTERM, stop)
agent = protocol.Agent()
while True:
    job = agent.take()
    job_id, task = job["id"], job["input"]
    op = task["op"]
    if op == "echo":
        agent.done(job_id, {"output": task})
    elif op == "body":
        protocol.leave("answer", str(agent.done(job_id, task["body"])[0]))
    elif op == "large":
        status, _ = agent.done(job_id, b'{"output":"' + b"x" * task["bytes"] + b'"}')
        protocol.leave("answer", str(status))
    elif op == "show":
        agent.done(job_id, {"status": "IN_PROGRESS", "output": {"percent": 50}})
        agent.stream(job_id, {"output": "a"})
        agent.stream(job_id, {"output": {"b": 1}})
        agent.done(job_id, {"output": []})
    elif op == "exit":
        print("about to exit", file=sys.stderr)
        os._exit(task["status"])
    elif op == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif op == "hang":
        protocol.leave(f"hangs-{job_id}", str(os.getpid()))
        threading.Event().wait()
    elif op == "wait":
        protocol.leave(f"waits-{job_id}", str(os.getpid()))
        while not (protocol.SCRATCH / "go").exists():
            time.sleep(0.005)
        agent.done(job_id, {"output": "waited"})
    elif op == "orphan":
        child = subprocess.Popen(["sleep", "1000"])
        protocol.leave("child", str(child.pid))
        os._exit(0)
    elif op == "silent":
        pass
    elif op == "environment":
        agent.done(job_id, {"output": dict(os.environ)})
    elif op == "parent":
        try:
            text = pathlib.Path(f"/proc/{os.getppid()}/environ").read_bytes().decode()
        except OSError as error:
            text = str(error)
        agent.done(job_id, {"output": text})
    elif op == "stranger":
        stranger = protocol.Agent()
        statuses = [stranger.send("GET", os.environ["RUNPOD_WEBHOOK_PING"], key=key)[0]
                    for key in ("wrong", "Bearer wrong")]
        bearer = protocol.Agent().send(
            "GET", os.environ["RUNPOD_WEBHOOK_PING"],
            key="bearer " + os.environ["RUNPOD_AI_API_KEY"])[0]
        agent.done(job_id, {"output": statuses + [bearer]})
