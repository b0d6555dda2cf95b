#!/usr/bin/env python3
"""A stand-in for Waybill's ingest, as strict and as lenient as the real one was found to
be. A process of its own that a test may kill at any time. Standard library only.

usage: waybill.py PORT DATABASE API_KEY

What it does like the original:
- POST /internal/events checks its event; POST /internal/events/batch does not check its
  elements, but a null one is a bare 500 and nothing is stored;
- a batch is one transaction: an event type of over 100 characters is a 500 for all of it;
- an idempotency key that is known is answered 201 and stored once; the event id in the
  answer is invented, and `recorded` is what was sent;
- metrics are parsed as 64-bit floating point, metadata must be text;
- GET /api/v1/projects/{id}/throttles tells what is in the table of throttles.
"""

import datetime
import http.server
import json
import sqlite3
import sys
import threading
import uuid

ZERO = uuid.UUID(int=0)
MAX_EVENT_TYPE = 100
SCHEMA = """
CREATE TABLE IF NOT EXISTS usage_events (
  id TEXT PRIMARY KEY, project_id TEXT, event_type TEXT CHECK (length(event_type) <= 100),
  resource_type TEXT, resource_id TEXT, resource_name TEXT, metrics TEXT, metadata TEXT,
  timestamp TEXT, idempotency_key TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS throttles (project_id TEXT, reason TEXT);
"""


class Refused(Exception):
    """An answer of 400."""


def project_of(event: dict, field: str, strict: bool) -> str:
    """A UUID of an event; a missing one is the zero UUID, which only the single event refuses."""
    text = event.get(field, "")
    try:
        value = uuid.UUID(text) if text else ZERO
    except (ValueError, AttributeError, TypeError) as error:
        raise Refused(f"{field} is no UUID") from error
    if strict and value == ZERO:
        raise Refused(f"{field} is required")
    return str(value)


def check_fields(event: dict):
    """What Go's JSON decoder refuses, in batches, too."""
    for name in ("event_type", "resource_type", "resource_name", "idempotency_key", "timestamp"):
        if not isinstance(event.get(name, ""), str):
            raise Refused(f"{name} must be text")
    metrics = event.get("metrics") or {}
    if not isinstance(metrics, dict) or any(
            isinstance(value, bool) or not isinstance(value, (int, float)) for value in metrics.values()):
        raise Refused("metrics must be numbers")
    metadata = event.get("metadata") or {}
    if not isinstance(metadata, dict) or any(not isinstance(value, str) for value in metadata.values()):
        raise Refused("metadata must be text")
    if event.get("timestamp"):
        try:
            if datetime.datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00")).tzinfo is None:
                raise ValueError("no zone")
        except ValueError as error:
            raise Refused("timestamp is not RFC 3339") from error


def row_of(event: dict, strict: bool) -> tuple:
    """An event as it is stored."""
    check_fields(event)
    if strict:
        for name in ("event_type", "resource_type"):
            if not event.get(name):
                raise Refused(f"{name} is required")
        if event.get("metrics") is None:
            raise Refused("metrics are required")
    return (str(uuid.uuid4()), project_of(event, "project_id", strict), event.get("event_type", ""),
            event.get("resource_type", ""), project_of(event, "resource_id", strict),
            event.get("resource_name", ""), json.dumps(event.get("metrics")),
            json.dumps(event.get("metadata")), event.get("timestamp", ""),
            event.get("idempotency_key") or None)


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    database = None
    lock = threading.Lock()  # Around the database.
    api_key = ""

    def log_message(self, *_):
        """Says nothing."""

    def answer(self, status: int, body):
        """Sends a JSON answer."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def store(self, rows: list) -> bool:
        """One transaction; False when a row does not fit and nothing was stored."""
        try:
            with self.lock, self.database:
                self.database.executemany(
                    "INSERT INTO usage_events VALUES (?,?,?,?,?,?,?,?,?,?) "
                    "ON CONFLICT (idempotency_key) DO NOTHING", rows)
            return True
        except sqlite3.IntegrityError:
            return False

    def do_POST(self):
        """Takes events."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.headers.get("X-API-Key") != self.api_key:
            return self.answer(401, {"error": "unauthorized"})
        try:
            request = json.loads(body)
            if self.path == "/internal/events":
                stored = self.store([row_of(request, True)])
                return self.answer(*((201, {"event_id": str(uuid.uuid4()), "recorded": True}) if stored
                                     else (500, {"error": "failed to record event"})))
            events = request["events"]
            if any(event is None for event in events):
                return self.answer(500, None)
            stored = self.store([row_of(event, False) for event in events])
            return self.answer(*((201, {"recorded": len(events)}) if stored
                                 else (500, {"error": "failed to record events"})))
        except (Refused, ValueError, KeyError, TypeError, AttributeError) as error:
            return self.answer(400, {"error": str(error)})

    def do_GET(self):
        """Tells of health and throttles."""
        if self.path == "/health":
            return self.answer(200, {"status": "healthy", "service": "waybill"})
        parts = self.path.split("/")
        if self.path.startswith("/api/v1/projects/") and parts[-1] == "throttles":
            with self.lock:
                rows = self.database.execute("SELECT reason FROM throttles WHERE project_id = ?",
                                             (parts[4],)).fetchall()
            return self.answer(200, {"throttles": [
                {"project_id": parts[4], "reason": row[0], "env_scope": "non-production",
                 "activated_at": "2026-03-01T00:00:00Z"} for row in rows]})
        return self.answer(404, {"error": "not found"})


class Server(http.server.ThreadingHTTPServer):
    """Clients that are killed are no news."""

    def handle_error(self, *_):
        """Says nothing."""


def main():
    """Serves until killed."""
    port, database, Handler.api_key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    Handler.database = sqlite3.connect(database, check_same_thread=False)
    Handler.database.execute("PRAGMA journal_mode=WAL")
    Handler.database.executescript(SCHEMA)
    Server(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
