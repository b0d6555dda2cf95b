"""The RunPod worker protocol by hand, with the standard library: what handlers of
the tests are made of. Every request has a connection of its own, unless said."""

import http.client
import json
import os
import pathlib
import urllib.parse

SCRATCH = pathlib.Path(os.environ["SCRATCH"])
USER_AGENT = "RunPod-Python-SDK/1.12.0 (linux) Language/Python 3.11"


class Agent:
    """A connection that is kept open."""

    def __init__(self):
        parts = urllib.parse.urlsplit(os.environ["RUNPOD_WEBHOOK_GET_JOB"])
        self.connection = http.client.HTTPConnection(parts.netloc)

    def send(self, method, url, body=None, key=None):
        """Sends a request; answers status and body."""
        self.ask(method, url, body, key)
        return self.read()

    def ask(self, method, url, body=None, key=None):
        """Sends a request and leaves its answer to read()."""
        parts = urllib.parse.urlsplit(url)
        headers = {"Authorization": key or os.environ["RUNPOD_AI_API_KEY"], "User-Agent": USER_AGENT}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, f"{parts.path}?{parts.query}", body, headers)

    def read(self):
        """The answer to what was asked: status and body."""
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def take(self, in_progress=0):
        """Polls until there is a job."""
        while True:
            url = f"{os.environ['RUNPOD_WEBHOOK_GET_JOB']}&job_in_progress={in_progress}"
            status, body = self.send("GET", url)
            if status == 200:
                return json.loads(body)

    def take_batch(self, size, in_progress=0):
        """Polls until there are jobs; a list."""
        while True:
            url = os.environ["RUNPOD_WEBHOOK_GET_JOB"].replace("/job-take/", "/job-take-batch/")
            status, body = self.send(
                "GET", f"{url}&batch_size={size}&job_in_progress={in_progress}")
            if status == 200:
                return json.loads(body)

    def done(self, job_id, body):
        """Posts a result, or progress: text as it is, anything else as JSON."""
        return self._post("RUNPOD_WEBHOOK_POST_OUTPUT", job_id, body)

    def stream(self, job_id, body):
        """Posts a chunk."""
        return self._post("RUNPOD_WEBHOOK_POST_STREAM", job_id, body)

    def ping(self, *job_ids):
        """Says which jobs it has."""
        listed = "&job_id=" + urllib.parse.quote(",".join(job_ids), safe="") if job_ids else ""
        return self.send("GET", os.environ["RUNPOD_WEBHOOK_PING"] + listed)

    def _post(self, variable, job_id, body):
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body, ensure_ascii=False)
        if isinstance(body, str):
            body = body.encode()
        url = os.environ[variable].replace("$ID", job_id) + "&isStream=false"
        return self.send("POST", url, body)


def leave(name, text=""):
    """Leaves a file for the test, at once and whole."""
    part = SCRATCH / f"{name}.part"
    part.write_text(text)
    part.rename(SCRATCH / name)
