"""What the project may spend."""

from __future__ import annotations

from typing import Any, Dict, List
from urllib.parse import quote

from furnace._rest import Rest

Budget = Dict[str, Any]


class Budgets:
    """Limits of what the project, one of its endpoints or one of its API keys may spend in a
    window. A budget is a dict: "id", "spec", "spent", "window_start", "window_end", "created_at",
    "updated_at". A field that is not set may be missing.

    Every method raises FurnaceError; "NOT_FOUND" for an id the project does not have.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def create(self, name: str, window: str, **spec: Any) -> Budget:
        """Stores a budget; what the window has seen so far counts.

        Args:
            name: Unique in the project.
            window: "HOUR", "DAY", "WEEK", "MONTH" or "GRANT".
            **spec: Other fields of BudgetSpec: limit_nanos=5_000_000_000 or
                limit_gpu_time_us=3_600_000_000, endpoint_id, api_key_id (only jobs that were
                submitted with this key), thresholds=[50, 80, 100], hard_stop=True,
                webhook="https://example.com/alerts".

        Raises:
            FurnaceError: "INVALID_ARGUMENT" names the field and what is wrong.
                "ALREADY_EXISTS", the name is taken. "RESOURCE_EXHAUSTED", the project has
                50 budgets.
        """
        body = {"name": name, "window": window, **spec}
        return self._rest.call("POST", "/v1/budgets", body=body)

    def get(self, budget_id: str) -> Budget:
        """Returns a budget, with what is spent in its present window."""
        return self._rest.call("GET", _path(budget_id))

    def list(self) -> List[Budget]:
        """Returns the project's budgets by name."""
        return self._rest.call("GET", "/v1/budgets").get("budgets", [])

    def update(self, budget_id: str, name: str, window: str, **spec: Any) -> Budget:
        """Replaces the whole spec: a field left out takes its default.

        Raises:
            FurnaceError: As `create`; "INVALID_ARGUMENT", too, for another endpoint,
                API key, unit or window.
        """
        body = {"name": name, "window": window, **spec}
        return self._rest.call("PUT", _path(budget_id), body=body)

    def delete(self, budget_id: str) -> Budget:
        """Deletes a budget and returns it as it was."""
        return self._rest.call("DELETE", _path(budget_id))

    def alerts(self, budget_id: str) -> List[Dict[str, Any]]:
        """Returns the thresholds that were reached, the latest 100, newest first."""
        return self._rest.call("GET", _path(budget_id) + "/alerts").get("alerts", [])


def _path(budget_id: str) -> str:
    return "/v1/budgets/" + quote(budget_id, safe="")
