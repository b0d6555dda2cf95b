#!/usr/bin/python3
"""`furnace dev` with fake services: what it starts it stops, whatever happens.

usage: dev_test.py FURNACE_BINARY [unittest arguments]
"""

import os
import signal
import socket
import stat
import unittest

from dev_harness import Dev, furnace_binary, processes_of, wait_until

SERVICES = ["redis", "postgres", "registry", "metering", "scheduler", "gateway"]


class DevTest(unittest.TestCase):
    """See the module."""

    def setUp(self):
        self.dev = Dev(FURNACE, fake=True)
        self.addCleanup(self.dev.clean_up)

    def assert_nothing_left(self):
        """No process of the suite is alive."""
        self.assertEqual({}, processes_of(self.dev.data))

    def pid_of(self, service):
        """The pid in the ready file now."""
        return self.dev.ready()["pids"][service]

    def test_starts_all_and_stops_all(self):
        ready = self.dev.start().ready()
        self.assertEqual(SERVICES, list(ready["pids"]))
        self.assertEqual(self.dev.process.pid, ready["pid"])
        self.assertRegex(ready["api_key"], r"^fk_[A-Za-z0-9]{48}$")
        self.assertEqual(ready["url"], (self.dev.data / "url").read_text().strip())
        self.assertIn(ready["url"], self.dev.text())
        self.assertEqual(0, self.dev.stop())
        self.assert_nothing_left()
        self.assertFalse(self.dev.ready_file.exists())
        self.assertFalse((self.dev.data / "url").exists())

    def test_secrets_are_for_the_owner_only_and_stay(self):
        first = self.dev.start().ready()
        self.dev.stop()
        for name in ("api-key", "internal-token", "redis-password", "postgres-password", "redis.conf"):
            mode = stat.S_IMODE(os.stat(self.dev.data / name).st_mode)
            self.assertEqual(0o600, mode, name)
        second = self.dev.start().ready()
        self.assertEqual(first["api_key"], second["api_key"])
        self.dev.stop()

    def test_a_killed_service_comes_back(self):
        pids = self.dev.start().ready()["pids"]
        for service in SERVICES:
            os.kill(pids[service], signal.SIGKILL)
            wait_until(lambda: self.pid_of(service) not in (pids[service], -1), f"{service} to be back")
        self.assertEqual(0, self.dev.stop())
        self.assert_nothing_left()

    def test_a_second_one_in_the_same_folder_is_refused(self):
        self.dev.start().ready()
        second = Dev(FURNACE, fake=True)
        self.addCleanup(second.clean_up)
        second.data = self.dev.data
        second.start()
        self.assertEqual(3, second.wait())
        self.assertIn(f"another furnace dev (pid {self.dev.process.pid})", second.text())
        self.assertEqual(0, self.dev.stop())

    def test_what_a_killed_one_left_is_ended_by_the_next(self):
        self.dev.start(FAKE_METERING="deaf").ready()
        self.dev.signal(signal.SIGKILL)
        self.dev.wait()
        self.assertNotEqual({}, processes_of(self.dev.data))
        self.dev.ready_file.unlink()
        self.dev.start().ready()
        self.assertEqual(0, self.dev.stop())
        self.assert_nothing_left()

    def test_a_service_that_fails_to_start_fails_it_with_the_reason(self):
        self.dev.start(FAKE_SCHEDULER="crash")
        self.assertEqual(3, self.dev.wait())
        self.assertIn("scheduler exited with status 7", self.dev.text())
        self.assertIn("the reason for the crash", self.dev.text())
        self.assert_nothing_left()

    def test_a_signal_while_starting_stops_it(self):
        for marker in ("starting Furnace", "redis ", "postgres ", "registry ", "metering "):
            with self.subTest(after=marker):
                self.dev.start(FAKE_REGISTRY="slow", FAKE_METERING="slow", FAKE_SCHEDULER="slow")
                wait_until(lambda: marker in self.dev.text(), marker)
                self.dev.signal(signal.SIGINT)
                self.assertEqual(0, self.dev.wait())
                self.assert_nothing_left()

    def test_a_second_signal_kills_what_does_not_stop(self):
        self.dev.start(FAKE_GATEWAY="deaf").ready()
        self.dev.signal(signal.SIGINT)
        wait_until(lambda: "stopping" in self.dev.text(), "the stop to begin")
        self.dev.signal(signal.SIGINT)
        self.assertEqual(0, self.dev.wait())
        self.assertIn("gateway does not stop", self.dev.text())
        self.assert_nothing_left()

    def test_a_taken_port_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = min(taken.getsockname()[1], 65527)
            self.dev.start_on(port)
            self.assertEqual(3, self.dev.wait())
        self.assertIn("is in use; choose others with --port-base", self.dev.text())
        self.assert_nothing_left()


if __name__ == "__main__":
    FURNACE = furnace_binary()
    unittest.main(verbosity=2)
