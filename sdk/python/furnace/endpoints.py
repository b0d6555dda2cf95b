"""The endpoints of a project."""

from __future__ import annotations

from typing import Any, Dict, List
from urllib.parse import quote

from furnace._rest import Rest

Endpoint = Dict[str, Any]


class Endpoints:
    """Deployed handlers. An endpoint is a dict: "id", "spec", "revision", "status",
    ("ACTIVE", "PAUSED", "DELETED"), "created_at", "updated_at". Client.pause and
    Client.resume change the status.

    Every method raises FurnaceError; "NOT_FOUND" for an id the project does not have.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def create(self, **spec: Any) -> Endpoint:
        """Declares an endpoint. It costs nothing until a job arrives.

        Args:
            **spec: Fields of EndpointSpec, e.g. name="upscale",
                image_uri="file:///srv/upscale", gpu_types=["rtx4000"],
                timeout_seconds=60, max_retries=3, retry={"backoff_ms": 500},
                queue={"ttl_seconds": 3600, "max_concurrency": 4}. `name` and `image_uri` are required.

        Raises:
            FurnaceError: "INVALID_ARGUMENT" names the field and its range.
                "ALREADY_EXISTS", the name is taken.
        """
        return self._rest.call("POST", "/v1/endpoints", body=spec)

    def get(self, endpoint_id: str) -> Endpoint:
        """Returns an endpoint."""
        return self._rest.call("GET", _path(endpoint_id))

    def list(self) -> List[Endpoint]:
        """Returns all endpoints by name, paused ones included."""
        return list(self._rest.pages("/v1/endpoints", "endpoints"))

    def health(self, endpoint_id: str) -> Dict[str, Dict[str, int]]:
        """Counts an endpoint's jobs and workers.

        Returns:
            {"jobs": {"in_queue", "in_progress", "completed", "failed", "retried"},
            "workers": {"starting", "idle", "running", "draining"}}. Jobs that ended
            show within about five seconds; of the endpoint's latest 100,000.
        """
        return self._rest.call("GET", _path(endpoint_id) + "/health")

    def update(self, endpoint_id: str, **spec: Any) -> Endpoint:
        """Replaces the whole spec: a field left out takes its default."""
        return self._rest.call("PUT", _path(endpoint_id), body=spec)

    def delete(self, endpoint_id: str) -> Endpoint:
        """Deletes an endpoint. Jobs already accepted still run."""
        return self._rest.call("DELETE", _path(endpoint_id))


def _path(endpoint_id: str) -> str:
    return "/v1/endpoints/" + quote(endpoint_id, safe="")
