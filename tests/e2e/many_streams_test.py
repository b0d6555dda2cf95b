#!/usr/bin/env python3
"""One gateway and one scheduler hold thousands of streams and long polls in little memory,
and clients that read slowly, not at all or talk nonsense harm nobody but themselves."""

import asyncio
import json
import pathlib
import re
import subprocess

import case
import servers
from many_sockets import PING, PONG, TEXT, Held, WebSocket

MANY = 1000
# Opened at a time, so that no queue of connections overflows.
AT_ONCE = 100
# Far above what is needed, so that no allocator's mood fails a test.
MAX_KIB_PER_STREAM = 256
SLOW_READERS = 10
# Poured for each reader, in all far more than the buffers on its way take. A portion is half of
# what is kept of a job.
PORTIONS, PORTION_CHUNKS, CHUNK_BYTES = 80, 8, 64 << 10
POURED_CHUNKS = PORTIONS * PORTION_CHUNKS
# What waits for a slow reader is bounded: it does not grow with what is poured.
MAX_MIB_PER_SLOW_READER = 16
MAX_LATER_MIB = 64
SMALL_BUFFER = 16384
MESSAGE_TOO_BIG, READER_TOO_SLOW, NORMAL = 1009, 1008, 1000


def memory_kib(pid: int, field: str = "VmRSS") -> int:
    """Memory of a process; proc(5), /proc/[pid]/status."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE).group(1))


async def in_groups(make, items: list) -> list:
    """What `make` of each item returns, AT_ONCE at a time."""
    results = []
    for first in range(0, len(items), AT_ONCE):
        results += await asyncio.gather(*map(make, items[first:first + AT_ONCE]))
    return results


class ManyStreamsTest(case.SuiteCase):
    def pid(self, name: str) -> int:
        """A service's process."""
        return self.suite.processes[name].pid

    def open_connections(self) -> int:
        """What the gateway counts."""
        return int(float(re.search(r"^http_open_connections(?:{.*})? (\S+)$", self.suite.metrics("gateway"),
                                   re.MULTILINE).group(1)))

    def await_connections(self, count: int):
        """Polls until the gateway has so many connections, not counting the poll's own; longer
        than it gives one that does not answer its good-bye, and one that is idle."""
        servers.wait_until(lambda: self.open_connections() == count, f"{count} connections", 90)

    def socket(self, job_id: str, receive_buffer: int = 0, query: str = ""):
        """A WebSocket that follows a job."""
        return WebSocket.open(self.suite.http_port, f"/v1/jobs/{job_id}/stream{query}", self.suite.api_key,
                              receive_buffer)

    def held(self, path: str, receive_buffer: int = 0):
        """A GET that is answered later."""
        return Held.open(self.suite.http_port, path, self.suite.api_key, receive_buffer)

    def waiting_jobs(self, count: int) -> tuple:
        """Jobs that are not run: (endpoint, ids)."""
        endpoint = self.endpoint("idle")
        self.call("POST", f"/v1/endpoints/{endpoint}/pause", {})
        ids = []
        while len(ids) < count:
            jobs = [{"input": 1}] * min(100, count - len(ids))
            ids += self.call("POST", f"/v1/endpoints/{endpoint}/batch", {"jobs": jobs})["job_ids"]
        return endpoint, ids

    def print_memory(self, what: str, before: dict, streams: int):
        """Prints and bounds what a stream takes."""
        for name, kib in before.items():
            each = (memory_kib(self.pid(name)) - kib) / streams
            print(f"{what}: {each:.1f} KiB of {name} each, of {streams}", flush=True)
            self.assertLess(each, MAX_KIB_PER_STREAM)

    def memory(self) -> dict:
        """Resident KiB of those who hold streams, started anew: what others have left there
        would be used again. Before any worker has a job, for which the scheduler would wait."""
        for name in ("gateway", "scheduler"):
            self.suite.stop(name)
        for name in ("scheduler", "gateway"):
            self.suite.start(name)
        return self.resident()

    def resident(self, field: str = "VmRSS") -> dict:
        """Resident KiB of those who hold streams."""
        return {name: memory_kib(self.pid(name), field) for name in ("gateway", "scheduler")}

    def pour(self, name: str, **order) -> str:
        """A job that pours once open_gate lets it."""
        return self.submit(self.endpoint(name, handler_path="pour.py"),
                           {"path": str(self.folder / "gate"), **order})

    def open_gate(self, portion: int = 0):
        """Lets a job pour one more portion."""
        (self.folder / f"gate{portion}").touch()

    def test_sockets_and_long_polls_on_a_thousand_jobs(self):
        endpoint, ids = self.waiting_jobs(MANY)
        before = self.memory()

        async def run():
            sockets = await in_groups(self.socket, ids)
            for socket in sockets:
                self.assertEqual(json.loads(await socket.text())["job"]["status"], "IN_QUEUE")
            self.print_memory("a WebSocket", before, MANY)
            half = self.resident()
            polls = await in_groups(self.held, [f"/v1/jobs/{job}/wait?wait_ms=60000" for job in ids])
            await asyncio.to_thread(self.await_connections, 2 * MANY)
            self.print_memory("a long poll", half, MANY)
            polled = self.resident()
            streams = await in_groups(self.held, [f"/v2/{endpoint}/stream/{job}?wait=60000" for job in ids])
            await asyncio.to_thread(self.await_connections, 3 * MANY)
            self.print_memory("a poll of RunPod's /stream", polled, MANY)
            purged = asyncio.to_thread(self.call, "POST", f"/v1/endpoints/{endpoint}/purge", {})
            self.assertEqual((await purged)["purged"], MANY)
            for socket in sockets:
                while (text := await socket.text()) is not None:
                    last = json.loads(text)["job"]["status"]
                self.assertEqual((last, socket.close_code), ("CANCELLED", NORMAL))
            for poll in polls:
                status, body = await poll.answer()
                self.assertEqual((status, json.loads(body)["status"]), (200, "CANCELLED"))
                poll.close()
            for poll in streams:
                status, body = await poll.answer()
                self.assertEqual((status, json.loads(body)["status"]), (200, "CANCELLED"))
                poll.close()
        asyncio.run(run())
        self.await_connections(0)

    def test_a_thousand_sockets_on_one_stream_get_every_chunk(self):
        chunks = 20
        before = self.memory()
        job_id = self.pour("popular", count=chunks, bytes=100)

        async def run():
            sockets = await in_groups(self.socket, [job_id] * MANY)
            self.print_memory("a WebSocket of one job", before, MANY)
            self.open_gate()
            for socket in sockets:
                seen = []
                while (text := await socket.text()) is not None:
                    seen += [chunk["sequence"] for chunk in json.loads(text).get("chunks", [])]
                self.assertEqual((seen, socket.close_code), (list(range(1, chunks + 1)), NORMAL))
        asyncio.run(run())

    def test_slow_readers_cost_little_and_are_told(self):
        before = self.memory()
        job_id = self.pour("poured", portions=PORTIONS, count=PORTION_CHUNKS, bytes=CHUNK_BYTES)

        async def run():
            sockets = await in_groups(lambda job: self.socket(job, SMALL_BUFFER), [job_id] * SLOW_READERS)
            lines = await in_groups(lambda path: self.held(path, SMALL_BUFFER),
                                    [f"/v1/jobs/{job_id}/watch"] * SLOW_READERS)
            fast = await self.socket(job_id)
            seen = 0
            # One after another, so that each is offered to every reader, and not dropped before.
            for portion in range(PORTIONS):
                if portion == PORTIONS // 2:
                    half = self.resident("VmHWM")
                self.open_gate(portion)
                seen = await self.read_all(fast, seen, PORTION_CHUNKS * (portion + 1))
            self.print_growth(before, half)
            for socket in sockets:
                await self.resume(socket, job_id)
            for client in [*sockets, *lines, fast]:
                client.close()
        asyncio.run(run())
        self.await_connections(0)

    def print_growth(self, before: dict, half: dict):
        """Prints and bounds what slow readers took: in all, and once they were far behind."""
        for name, kib in self.resident("VmHWM").items():
            grown, later = (kib - before[name]) / 1024, (kib - half[name]) / 1024
            print(f"{2 * SLOW_READERS} slow readers: {grown:.0f} MiB of {name}, {later:.0f} of it later", flush=True)
            self.assertLess(grown, 2 * SLOW_READERS * MAX_MIB_PER_SLOW_READER)
            self.assertLess(later, MAX_LATER_MIB)

    async def read_all(self, socket: WebSocket, seen: int = 0, until: int = POURED_CHUNKS + 1) -> int:
        """Reads to the close, or the chunk `until`: every one after `seen` has come or been
        called dropped. Returns the last one's number."""
        while seen < until and (text := await socket.text()) is not None:
            message = json.loads(text)
            seen += message.get("dropped", 0)
            for chunk in message.get("chunks", []):
                seen += 1
                self.assertEqual(chunk["sequence"], seen)
        if socket.close_code == NORMAL:
            self.assertEqual(seen, POURED_CHUNKS)
        return seen

    async def resume(self, socket: WebSocket, job_id: str):
        """Reads on: the reader is told that it fell behind, and goes on where it was."""
        socket.hasten()
        seen = await self.read_all(socket)
        self.assertEqual(socket.close_code, READER_TOO_SLOW)
        again = await self.socket(job_id, query=f"?after_chunk={seen}")
        self.assertEqual(await self.read_all(again, seen), POURED_CHUNKS)

    def test_a_client_that_sends_without_end_is_sent_away(self):
        _, (job_id, *_) = self.waiting_jobs(1)

        async def run():
            giant = await self.socket(job_id)
            giant.send(TEXT, b"x", length=1 << 40)
            endless = await self.socket(job_id)
            for part in range(1000):
                endless.send(0 if part else TEXT, b"x" * 1000, last=False)
            for socket in (giant, endless):
                while await socket.text() is not None:
                    pass
                self.assertEqual(socket.close_code, MESSAGE_TOO_BIG)
        asyncio.run(run())
        self.await_connections(0)

    async def ping(self, socket: WebSocket, text: bytes):
        """Waits for the answer to a ping, past messages that come meanwhile."""
        socket.send(PING, text)
        opcode = TEXT
        while opcode == TEXT:
            opcode, payload = await socket.frame()
        self.assertEqual((opcode, payload), (PONG, text))

    def test_pings_are_answered_and_a_flood_of_them_fills_no_memory(self):
        _, (job_id, *_) = self.waiting_jobs(1)
        before = self.memory()["gateway"]

        async def run():
            polite = await self.socket(job_id)
            rude = await self.socket(job_id, SMALL_BUFFER)
            await polite.text()
            await self.ping(polite, b"are you there")
            # Its pongs have nowhere to go, so its pings are not read any more.
            for _ in range(100_000):
                rude.send(PING, b"x" * 120)
            await self.ping(polite, b"still there")
            self.assertLess(memory_kib(self.pid("gateway"), "VmHWM") - before, 16 << 10)
            for socket in (polite, rude):
                socket.close()
        asyncio.run(run())
        self.await_connections(0)

    def test_clients_that_close_their_side_give_their_place_back(self):
        _, (job_id, *_) = self.waiting_jobs(1)

        async def run():
            clients = [await self.socket(job_id), await self.held(f"/v1/jobs/{job_id}/watch"),
                       await self.held(f"/v1/jobs/{job_id}/wait?wait_ms=60000")]
            await asyncio.to_thread(self.await_connections, len(clients))
            for client in clients:
                client.writer.write_eof()
            await asyncio.to_thread(self.await_connections, 0)
            for client in clients:
                client.close()
        asyncio.run(run())

    def test_a_gateway_with_too_few_files_says_so_when_it_starts(self):
        environment = {**self.suite.environment("gateway"), "FURNACE_LISTEN": "127.0.0.1:0",
                       "FURNACE_HTTP_LISTEN": "127.0.0.1:0", "FURNACE_METRICS_LISTEN": ""}
        log = self.folder / "log"
        with open(log, "wb") as stderr:
            process = subprocess.Popen(
                ["prlimit", "--nofile=300:300", str(self.suite.binaries / "furnace-gateway")],
                env=environment, stderr=stderr)
        try:
            servers.wait_until(lambda: "listening on" in log.read_text(), "the gateway to listen")
        finally:
            servers.stop(process)
        self.assertIn("300 open files are too few for 10000 connections", log.read_text())


case.main()
