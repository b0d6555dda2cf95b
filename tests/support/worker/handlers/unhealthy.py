"""Fails a check of its own and says so, as RunPod's SDK does."""

import os

import protocol

protocol.Agent().send("GET", os.environ["RUNPOD_WEBHOOK_PING"]
                      + "&status=unhealthy&check=memory&reason=2+GB+of+4&runpod_version=1.12.0")
os._exit(1)
