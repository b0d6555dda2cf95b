"""Hangs in a job until it is told to stop it, by the channel that SDKs from 1.10 on have."""

import json
import os

import protocol

agent = protocol.Agent()
stops = protocol.Agent()
while True:
    job = agent.take()
    if job["input"] == "hang":
        protocol.leave("hangs", str(os.getpid()))
        stopped = []
        while job["id"] not in stopped:
            url = os.environ["RUNPOD_WEBHOOK_GET_JOB"].replace("/job-take/", "/job-stop/")
            status, body = stops.send("GET", url)
            stopped = json.loads(body)["jobsToStop"] if status == 200 else []
    else:
        agent.done(job["id"], {"output": os.getpid()})
