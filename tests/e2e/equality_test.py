"""While every process of the suite is killed in turn, what the scheduler has leased and kept is what
was billed, to the microsecond and the atto-dollar: in its own history, in metering's segments, in the
ledger and in the archive. An endpoint has a worker that is always on, another has none. An hour is a second
here: what runs for longer is billed in parts, some of which are of attempts that are lost later."""

import collections
import json
import os
import random
import signal
import subprocess

import books
import case
import servers
import suite

SEED = int(os.environ.get("FURNACE_TEST_SEED", "5"))
JOBS_A_WAVE = 12
DONE_BEFORE = 3
LONG_S = 2.6  # Over two of its hours.
FLEX_NANOS = case.GPU_SECOND_NANOS["rtx4000"]
WARM_NANOS = 42_000  # 30 % less.
TIMEOUT_S = 120


def cost(price_nanos: int, gpu_us: int) -> int:
    """Atto-dollars."""
    return price_nanos * gpu_us * 1_000


class EqualityTest(books.ArchivedCase):
    def declare(self, name: str, **spec) -> str:
        """An endpoint that the test deletes itself."""
        return self.call("POST", "/v1/endpoints", {
            "name": name, "image_uri": f"file://{case.HANDLERS}", "handler_path": "echo.py", "gpu_types": ["rtx4000"],
            "timeout_seconds": 30, "max_workers": 1, "idle_timeout_seconds": 30, **spec})["id"]

    def restart(self, name: str):
        """kill -9, and up again."""
        if name == "redis":
            self.suite.redis.kill()
            self.suite.redis.start()
        elif name == "postgres":
            self.suite.postgres.kill()
            self.suite.postgres.start()
        elif name in suite.SERVICES:
            self.suite.kill(name)
            self.suite.start(name)
        else:
            for pid in self.worker_pids(name):
                os.kill(pid, signal.SIGKILL)

    def await_done(self, job_id: str):
        """Waits for one job, through whatever outage there is."""
        def done():
            try:
                return self.suite.request("GET", f"/v1/jobs/{job_id}")[1].get("status") in case.FINAL
            except OSError:
                return False
        servers.wait_until(done, f"job {job_id} to end", TIMEOUT_S)

    def wave(self, endpoints: list, victim: str) -> list:
        """Jobs of both endpoints, in the middle of which something is killed."""
        ids = []
        for endpoint in endpoints:
            ids += self.call("POST", f"/v1/endpoints/{endpoint}/batch", {"jobs": [
                {"input": {"op": "sleep", "seconds": 0.02 * (1 + number % 8) if number else LONG_S}}
                for number in range(JOBS_A_WAVE)]})["job_ids"]
        for job_id in ids[1:DONE_BEFORE + 1]:
            self.await_done(job_id)
        self.restart(victim)
        for job_id in ids:
            self.await_done(job_id)
        return ids

    def redis(self, *words) -> list:
        """Lines of an answer."""
        return subprocess.run(["redis-cli", "-p", str(self.suite.redis.port), *words], check=True,
                              capture_output=True, text=True, timeout=60).stdout.split()

    def settle_all(self, endpoints: list):
        """Ends the workers and waits until all there is has arrived everywhere."""
        for endpoint in endpoints:
            self.call("DELETE", f"/v1/endpoints/{endpoint}")
        servers.wait_until(lambda: not self.suite.worker_pids(), "the workers to end", TIMEOUT_S)
        servers.wait_until(lambda: not self.redis("--scan", "--pattern", "furnace:*:life:*") and not any(
            int(self.redis("XLEN", key)[0]) for key in self.redis("--scan", "--pattern", "furnace:*events")),
            "the lifetimes to end and their log to be relayed", TIMEOUT_S)

        def archived():
            status, answer = self.suite.request("GET", "/v1/sinks")
            sinks = [sink for sink in answer.get("sinks", []) if sink["name"] == "archive"]
            return status == 200 and sinks and not sinks[0].get("pending_records", 0)
        servers.wait_until(archived, "the archive to reach the end", TIMEOUT_S)

    def rows(self, sql: str) -> list:
        """Rows of a query, each a list of texts."""
        return [line.split("|") for line in self.suite.postgres.query(sql).splitlines()]

    def scheduled(self, ids: list) -> tuple:
        """By the scheduler's own history: GPU microseconds of lifetimes and of attempts outside of them, and
        what that costs."""
        lives, warm = collections.defaultdict(list), 0
        ends = {}
        for life, number, worker, gpus, start, end in self.rows(
                "SELECT life_id, slice, worker_id, gpu_count, (extract(epoch FROM started_at) * 1000000)::bigint,"
                " (extract(epoch FROM ended_at) * 1000000)::bigint"
                " FROM scheduler.furnace_worker_lifetimes ORDER BY life_id, slice"):
            self.assertEqual(int(number), 1 if life not in ends else ends[life][0] + 1)
            self.assertIn(ends.get(life, (0, start))[1], (start,), "a lifetime has a gap")
            ends[life] = (int(number), end)
            lives[worker].append((int(start), int(end), int(gpus)))
            warm += (int(end) - int(start)) * int(gpus)
        flex = 0
        listed = ",".join(f"'{job_id}'" for job_id in ids)
        for worker, gpus, start, end in self.rows(
                "SELECT worker_id, gpu_count, (extract(epoch FROM started_at) * 1000000)::bigint,"
                " (extract(epoch FROM completed_at) * 1000000)::bigint"
                f" FROM scheduler.furnace_jobs WHERE id IN ({listed})"):
            start, end = int(start), int(end)
            inside = [life for life in lives[worker] if life[0] < end and start < life[1]]
            covered = sum(min(end, life[1]) - max(start, life[0]) for life in inside)
            self.assertIn(covered, (0, end - start), "an attempt lies in a lifetime in part")
            flex += (end - start - covered) * int(gpus)
        self.assertGreater(warm, 0)
        self.assertGreater(flex, 0)
        return warm + flex, cost(WARM_NANOS, warm) + cost(FLEX_NANOS, flex)

    def segmented(self) -> tuple:
        """By metering's segments."""
        time, atto = self.rows(
            "SELECT sum(sign * (end_us - start_us) * milli_gpus),"
            " sum(sign * (end_us - start_us) * milli_gpus * price_nanos) FROM metering.usage_segments"
            " CROSS JOIN LATERAL (SELECT CASE kind WHEN 'refund' THEN -1 ELSE 1 END AS sign) AS s"
            " WHERE NOT covered AND (NOT credited OR kind = 'refund')")[0]
        return int(time) // 1_000, int(atto)

    def booked(self) -> tuple:
        """By the ledger, with credits taken off."""
        time, atto = self.rows(
            "SELECT sum(CASE kind WHEN 'credit' THEN -quantity ELSE quantity END), sum(amount_atto)"
            " FROM metering.ledger_entries WHERE account = 'customer' AND kind IN ('gpu_time', 'credit')")[0]
        return int(time) // 1_000, int(atto)

    def archived(self) -> tuple:
        """By what was sent to the archive."""
        keys, time, atto = set(), 0, 0
        for file in sorted(self.ARCHIVE.glob("*.ndjson")):
            for line in file.read_text().splitlines():
                event = json.loads(line)
                self.assertNotIn(event["key"], keys)
                keys.add(event["key"])
                if event["type"] == "gpu.usage" and event["metadata"]["credited"] == "false":
                    time += int(event["metadata"]["gpu_milli_us"])
                    atto += int(event["metadata"]["cost_atto_usd"])
        return time // 1_000, atto

    def test_leased_is_segmented_is_booked_is_sent(self):
        always = self.declare("always", min_workers=1)
        flex = self.declare("flex", max_workers=2)
        self.await_workers(always, 1)
        victims = ["scheduler", "metering", "registry", "gateway", "redis", "postgres", always, flex]
        random.Random(SEED).shuffle(victims)
        ids = []
        for victim in victims:
            ids += self.wave([always, flex], victim)
        self.settle_all([always, flex])
        jobs = [self.job(job_id) for job_id in ids]
        self.assertEqual({(job["status"], job["retry_count"]) for job in jobs}, {("COMPLETED", 0)})
        figures = {"scheduler": self.scheduled(ids), "segments": self.segmented(), "ledger": self.booked(),
                   "archive": self.archived()}
        print("equality: " + " = ".join(f"{name} {time} us {atto} atto-dollars"
                                        for name, (time, atto) in figures.items()))
        self.assertEqual(len(set(figures.values())), 1, figures)
        self.assertEqual(self.rows("SELECT count(*) FROM metering.refused_records"), [["0"]])
        kinds = dict(self.rows("SELECT kind, count(*) FROM metering.usage_records GROUP BY kind"))
        self.assertGreater(int(kinds.get("part", 0)), 0, kinds)
        print(f"records: {kinds}")


if __name__ == "__main__":
    case.main()
