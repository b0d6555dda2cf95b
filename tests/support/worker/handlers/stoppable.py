"""Hangs in a job until it is told to stop it, by the channel that SDKs from 1.10 on have."""

import json
import os

import protocol

agent = protocol.Agent()
stops = protocol.Agent()
while True:
    job = agent.take()
    if job["input"] == "hang":
        url = os.environ["RUNPOD_WEBHOOK_GET_JOB"].replace("/job-take/", "/job-stop/")
        stops.ask("GET", url)
        # The agent has read the poll before it answers what came after it.
        agent.ping(job["id"])
        protocol.leave("hangs", str(os.getpid()))
        status, body = stops.read()
        while status != 200 or job["id"] not in json.loads(body)["jobsToStop"]:
            status, body = stops.send("GET", url)
    else:
        agent.done(job["id"], {"output": os.getpid()})
