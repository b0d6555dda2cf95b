"""Takes up to four jobs at a time and answers those it has when told to go."""

import time

import protocol

agent = protocol.Agent()
jobs = []
while len(jobs) < 4:
    jobs += agent.take_batch(4 - len(jobs), int(bool(jobs)))
protocol.leave("has-four")
while not (protocol.SCRATCH / "go").exists():
    time.sleep(0.005)
agent.ping(*[job["id"] for job in jobs])
for job in jobs:
    agent.done(job["id"], {"output": job["input"]})
agent.take()
