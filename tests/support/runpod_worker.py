"""A worker that behaves like RunPod's Python SDK of a given release, with the standard library alone: what it sends,
when it sleeps, what it does with answers and signals. Handlers of the tests are built on it."""

import asyncio
import collections
import http.client
import inspect
import json
import multiprocessing
import os
import signal
import sys
import time
import traceback
import urllib.parse

ARRAYS, BATCHES, CAPPED_POLLS, LONG_POLLS, STOPS = (1, 7, 4), (1, 7, 1), (1, 7, 3), (1, 7, 7), (1, 10, 0)
GRACEFUL = (1, 7, 4)
RETRY_WAITS_S = (2, 3)
JOB_IDS_BYTES = 1 << 16


class Api:
    """The four URLs."""

    def __init__(self, version):
        self.key = os.environ.get("RUNPOD_AI_API_KEY", "")
        self.worker = os.environ.get("RUNPOD_POD_ID", "")
        release = ".".join(map(str, version))
        self.agent = f"RunPod-Python-SDK/{release} (Linux; x86_64) Language/Python 3.11"
        self.take_url = os.environ["RUNPOD_WEBHOOK_GET_JOB"].replace("$ID", self.worker)
        self.ping_url = self._url("RUNPOD_WEBHOOK_PING")
        self.done_url = self._url("RUNPOD_WEBHOOK_POST_OUTPUT")
        self.stream_url = self._url("RUNPOD_WEBHOOK_POST_STREAM")

    def _url(self, name):
        return os.environ[name].replace("$RUNPOD_POD_ID", self.worker)

    def call(self, method, url, body=None, timeout=600.0, headers=None):
        """One exchange: (status, content type, body)."""
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
        try:
            connection.request(method, f"{parts.path}?{parts.query}", body, {
                "Authorization": self.key, "User-Agent": self.agent, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            connection.close()

    def post(self, url, job_id, body, stream):
        """A report, repeated as the SDK does: three times in all, and after a 5xx only."""
        text = json.dumps(body, ensure_ascii=False).encode("utf-8")
        url = f"{url.replace('$ID', job_id)}&isStream={stream}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "charset": "utf-8", "X-Request-ID": job_id}
        for wait in (*RETRY_WAITS_S, None):
            status, _, _ = self.call("POST", url, text, headers=headers)
            if status < 500 or wait is None:
                return
            time.sleep(wait)


def heartbeat(api, interval_s, job_ids):
    """The process that pings."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        ids = job_ids.value.decode()
        listed = "&job_id=" + urllib.parse.quote(ids, safe="") if ids else ""
        try:
            api.call("GET", f"{api.ping_url}{listed}&runpod_version=1", timeout=2 * interval_s)
        except OSError:
            pass
        time.sleep(interval_s)


def unhealthy(check, reason):
    """What a failed check does."""
    api = Api((1, 12, 0))
    query = urllib.parse.urlencode({"status": "unhealthy", "check": check, "reason": reason})
    api.call("GET", f"{api.ping_url}&{query}", timeout=2)
    os._exit(1)


class Worker:
    """The queue loop."""

    def __init__(self, config, version):
        self.handler = config["handler"]
        self.modifier = config.get("concurrency_modifier", lambda current: current)
        self.refresh = config.get("refresh_worker", False)
        self.aggregate = config.get("return_aggregate_stream", False)
        self.version = version
        self.api = Api(version)
        self.alive = True
        self.concurrency = 1
        self.queue = collections.deque()
        self.running = {}
        self.job_ids = multiprocessing.Array("c", JOB_IDS_BYTES)

    def run(self):
        """Until told to end, or refreshed."""
        interval_s = int(os.environ["RUNPOD_PING_INTERVAL"]) // 1000
        multiprocessing.Process(target=heartbeat, args=(self.api, interval_s, self.job_ids), daemon=True).start()
        if self.version >= GRACEFUL:
            signal.signal(signal.SIGTERM, self._terminate)
        asyncio.run(self._loops())

    def _terminate(self, *_):
        self.alive = False

    async def _loops(self):
        loops = [self._take_jobs(), self._run_jobs()]
        if self.version >= STOPS:
            loops.append(self._stop_jobs())
        await asyncio.gather(*loops)

    # --- Takes ---

    def _note(self):
        ids = [job["id"] for job in self.queue] + list(self.running)
        self.job_ids.value = ",".join(ids).encode()[:JOB_IDS_BYTES - 1]

    async def _take_jobs(self):
        while self.alive:
            if not self.queue and not self.running:
                self.concurrency = self.modifier(self.concurrency)
            free = self.concurrency - len(self.queue) - len(self.running)
            if free <= 0:
                await asyncio.sleep(1)
                continue
            try:
                jobs = await asyncio.to_thread(self._take, free)
            except OSError:
                jobs = []
            self.queue.extend(jobs)
            self._note()
            await asyncio.sleep(0)

    def _take(self, free):
        url = self.api.take_url
        in_progress = 1 if self.running or self.queue else 0
        if free > 1 and self.version >= BATCHES:
            url = f"{url.replace('/job-take/', '/job-take-batch/')}&batch_size={free}"
        cap = 90 if self.version >= LONG_POLLS else 30 if self.version >= CAPPED_POLLS else 600
        status, kind, body = self.api.call("GET", f"{url}&job_in_progress={in_progress}", timeout=cap,
                                           headers={"Content-Type": "application/json"})
        if status == 429:
            time.sleep(5)
        if status != 200 or kind != "application/json" or not body:
            return []
        jobs = json.loads(body)
        if isinstance(jobs, list) and self.version < ARRAYS and url is self.api.take_url:
            raise RuntimeError("this release breaks on arrays")
        jobs = jobs if isinstance(jobs, list) else [jobs]
        return [job for job in jobs if job.get("id") and "input" in job]

    # --- Stops ---

    async def _stop_jobs(self):
        url = self.api.take_url.replace("/job-take/", "/job-stop/")
        while self.alive:
            try:
                status, _, body = await asyncio.to_thread(self.api.call, "GET", url)
            except OSError:
                status, body = 0, b""
            for job_id in json.loads(body)["jobsToStop"] if status == 200 else []:
                if job_id in self.running:
                    self.running[job_id].cancel()
            if status != 200:
                await asyncio.sleep(1)

    # --- Jobs ---

    async def _run_jobs(self):
        while self.alive or self.queue:
            while len(self.running) < self.concurrency and self.queue:
                job = self.queue.popleft()
                self.running[job["id"]] = asyncio.create_task(self._run_one(job))
            if self.running:
                await asyncio.wait(self.running.values(), return_when=asyncio.FIRST_COMPLETED, timeout=0.05)
            else:
                await asyncio.sleep(0.002)
        await asyncio.gather(*self.running.values())

    async def _run_one(self, job):
        try:
            body, stream = await self._handle(job)
            if self.refresh or body.pop("refresh", False):
                body["stopPod"] = True
                self.alive = self.alive and not self.refresh
            await asyncio.to_thread(self.api.post, self.api.done_url, job["id"], body, stream)
        except Exception:  # Not posted: the job is lost, and the next one taken.
            traceback.print_exc()
        finally:
            del self.running[job["id"]]
            self._note()

    async def _handle(self, job):
        try:
            if inspect.isgeneratorfunction(self.handler) or inspect.isasyncgenfunction(self.handler):
                return await self._stream(job), "true"
            result = self.handler(job)
            if inspect.isawaitable(result):
                result = await result
            return self._body(result), "false"
        except Exception as error:
            return {"error": json.dumps({"error_type": str(type(error)), "error_message": str(error),
                                         "error_traceback": traceback.format_exc(), "worker_id": self.api.worker,
                                         "hostname": os.environ.get("RUNPOD_POD_HOSTNAME", "unknown")})}, "false"

    async def _stream(self, job):
        chunks = []
        async for chunk in self._chunks(job):
            if isinstance(chunk, dict) and "error" in chunk:
                return {"error": str(chunk["error"])}
            chunks.append(chunk)
            await asyncio.to_thread(self.api.post, self.api.stream_url, job["id"], {"output": chunk}, "false")
        return {"output": chunks if self.aggregate else []}

    async def _chunks(self, job):
        made = self.handler(job)
        if inspect.isasyncgen(made):
            async for chunk in made:
                yield chunk
        else:
            for chunk in made:
                yield chunk

    @staticmethod
    def _body(result):
        if not isinstance(result, dict):
            return {"output": result}
        result = dict(result)
        error, refresh = result.pop("error", None), result.pop("refresh_worker", False)
        body = {"output": result} if result else {}
        if error:
            body["error"] = error
        if refresh:
            body["refresh"] = True
        return body


def progress_update(job, progress, version=(1, 12, 0)):
    """As the SDK's, but waits for its thread."""
    api = Api(version)
    api.post(api.done_url, job["id"], {"status": "IN_PROGRESS", "output": progress}, "false")


def start(config):
    """Serves; the release is the SDK_RELEASE of the environment."""
    version = tuple(map(int, os.environ.get("SDK_RELEASE", "1.12.0").split(".")))
    Worker(config, version).run()
    sys.exit(0)
