#!/usr/bin/env python3
"""Runs a command with a private Redis and PostgreSQL.

usage: with_servers.py COMMAND [ARGUMENT...]

The command finds them by FURNACE_TEST_REDIS_URL and FURNACE_TEST_POSTGRES_DSN; its
exit status is ours.
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import servers


def main() -> int:
    """Starts the servers, runs the command, stops the servers."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="furnace-test-"))
    started = []
    try:
        redis = servers.Redis(folder, fsync="everysec")
        started.append(redis)
        postgres = servers.Postgres(folder)
        started.append(postgres)
        environment = dict(os.environ, FURNACE_TEST_REDIS_URL=redis.url,
                           FURNACE_TEST_POSTGRES_DSN=postgres.dsn)
        return subprocess.run(sys.argv[1:], env=environment).returncode
    finally:
        for server in reversed(started):
            server.stop()
        servers.remove(folder)


if __name__ == "__main__":
    sys.exit(main())
