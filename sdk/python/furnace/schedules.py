"""The schedules of endpoints."""

from __future__ import annotations

from typing import Any, Dict, Iterator
from urllib.parse import quote

from furnace._rest import Rest

Schedule = Dict[str, Any]


class Schedules:
    """Jobs at the times that a cron expression names. A schedule is a dict: "id",
    "endpoint_id", "spec", "paused", "next_run_at", "next_runs", "last_run_at",
    "last_job_id", "last_error", "revision", "created_at", "updated_at". A field that is
    not set may be missing.

    Every method raises FurnaceError; "NOT_FOUND" for an id the project does not have.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def create(
        self, endpoint_id: str, name: str, cron: str, input: Any, **spec: Any
    ) -> Schedule:
        """Stores a schedule; it runs for the first time when `cron` next says so.

        Args:
            name: Unique in the endpoint.
            cron: "minute hour day-of-month month day-of-week", or "@daily" and such.
            input: The input of its jobs: any JSON value of at most 64 KiB.
            **spec: Other fields of ScheduleSpec, e.g. time_zone="Europe/Berlin",
                priority=3, missed_runs="SKIP", overlap="SKIP",
                options={"ttl_seconds": 3600}.

        Raises:
            FurnaceError: "INVALID_ARGUMENT" names the field and what is wrong.
                "ALREADY_EXISTS", the name is taken. "RESOURCE_EXHAUSTED", the endpoint
                has 1,000 schedules.
        """
        body = {"name": name, "cron": cron, "input": input, **spec}
        return self._rest.call("POST", _of_endpoint(endpoint_id), body=body)

    def get(self, schedule_id: str) -> Schedule:
        """Returns a schedule."""
        return self._rest.call("GET", _path(schedule_id))

    def list(self, endpoint_id: str) -> Iterator[Schedule]:
        """Yields an endpoint's schedules, oldest first and without inputs."""
        return self._rest.pages(_of_endpoint(endpoint_id), "schedules")

    def update(
        self, schedule_id: str, name: str, cron: str, input: Any, **spec: Any
    ) -> Schedule:
        """Replaces the whole spec: a field left out takes its default.

        Raises:
            FurnaceError: As `create`; "ABORTED", somebody else changed it meanwhile.
        """
        body = {"name": name, "cron": cron, "input": input, **spec}
        return self._rest.call("PUT", _path(schedule_id), body=body)

    def delete(self, schedule_id: str) -> Schedule:
        """Deletes a schedule and returns it as it was. Jobs that it has made stay."""
        return self._rest.call("DELETE", _path(schedule_id))

    def pause(self, schedule_id: str) -> Schedule:
        """Lets it run no more until it is resumed, and returns it."""
        return self._rest.call("POST", _path(schedule_id) + "/pause", body={})

    def resume(self, schedule_id: str) -> Schedule:
        """Lets it run again, from its next time on, and returns it."""
        return self._rest.call("POST", _path(schedule_id) + "/resume", body={})


def _of_endpoint(endpoint_id: str) -> str:
    return "/v1/endpoints/" + quote(endpoint_id, safe="") + "/schedules"


def _path(schedule_id: str) -> str:
    return "/v1/schedules/" + quote(schedule_id, safe="")
