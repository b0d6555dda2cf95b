"""Where usage is sent, for operators."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List
from urllib.parse import quote

from furnace._rest import Rest

Sink = Dict[str, Any]


class Sinks:
    """The sinks of an installation, by name: "waybill", "lago", "cloudevents", "archive",
    "s3". Everything is a dict; a field that is not set may be missing.

    Every method raises FurnaceError; "PERMISSION_DENIED" for all but operators, "NOT_FOUND"
    for a sink that has never been on.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def list(self) -> List[Sink]:
        """Returns each sink and what waits for it: "delivered_events", "pending_records",
        "held_records", "poisoned_events", "lag_seconds", "last_error" and others."""
        return self._rest.call("GET", "/v1/sinks").get("sinks", [])

    def poisoned(self, sink: str) -> Iterator[Dict[str, Any]]:
        """Yields the events that a sink does not take, by "key"."""
        return self._rest.pages(_path(sink, "poisoned"), "events")

    def redrive(self, sink: str, keys: Iterable[str] = ()) -> int:
        """Has poisoned events sent again, all unless `keys` are given; returns how many."""
        chosen = [*keys]
        body = {"keys": chosen} if chosen else {"all": True}
        return self._rest.call("POST", _path(sink, "redrive"), body=body).get("redriven", 0)

    def set_project(self, sink: str, project_id: str, account_id: str) -> Dict[str, Any]:
        """Says what a sink calls a project; what was held for want of that is sent."""
        path = _path(sink, "projects") + "/" + quote(project_id, safe="")
        return self._rest.call("PUT", path, body={"account_id": account_id})

    def projects(self, sink: str) -> Iterator[Dict[str, Any]]:
        """Yields the projects that a sink has a name for."""
        return self._rest.pages(_path(sink, "projects"), "projects")


def _path(sink: str, part: str) -> str:
    return "/v1/sinks/" + quote(sink, safe="") + "/" + part
