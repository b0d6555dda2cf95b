"""A worker without an SDK: it returns each job's text as it arrived, and sends
whatever bytes the input asks for as its report."""

import base64
import json
import os
import urllib.error
import urllib.request


def call(url: str, body=None) -> bytes:
    """One exchange with the agent; its refusals are answers too."""
    request = urllib.request.Request(url, data=body, headers={
        "Authorization": os.environ["RUNPOD_AI_API_KEY"], "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        return error.read()


def report(job: dict, text: bytes) -> bytes:
    """The body of the job's report: `report_base64` of the input, or the job's text."""
    order = job["input"]
    if isinstance(order, dict) and "report_base64" in order:
        return base64.b64decode(order["report_base64"])
    return json.dumps({"output": text.decode()}).encode()


def main():
    """Serves until killed."""
    while True:
        text = call(os.environ["RUNPOD_WEBHOOK_GET_JOB"])
        if text:
            job = json.loads(text)
            url = os.environ["RUNPOD_WEBHOOK_POST_OUTPUT"].replace("$ID", job["id"])
            call(url + "&isStream=false", report(job, text))


main()
