"""Gives up two polls, one half and one whole, and works with the third."""

import os
import socket
import urllib.parse

import protocol


def poll():
    """A poll that waits for its answer; its socket."""
    parts = urllib.parse.urlsplit(os.environ["RUNPOD_WEBHOOK_GET_JOB"])
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.sendall((f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: agent\r\n"
                        f"Authorization: {os.environ['RUNPOD_AI_API_KEY']}\r\n\r\n").encode())
    return connection


half = poll()
half.shutdown(socket.SHUT_WR)
assert half.recv(1) == b"", "the agent answers a client that has taken its leave"
poll().close()
agent = protocol.Agent()
protocol.leave("ready")
job = agent.take()
agent.done(job["id"], {"output": "third poll"})
agent.take()
