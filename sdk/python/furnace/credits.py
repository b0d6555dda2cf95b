"""Credit and subsidies of the project."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Iterator, List, Union

from furnace._options import rfc3339
from furnace._rest import Rest

Grant = Dict[str, Any]


class Credits:
    """Who pays for usage besides the project. Amounts are in nano-dollars.

    Every method raises FurnaceError.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def list(self) -> List[Grant]:
        """Returns the project's grants in the order in which they are used.

        A grant is a dict: "id", "spec" ("amount_nanos", "priority", "valid_from",
        "valid_until", "reason" and what it is for), "used_nanos", "held_nanos" (what this
        month would use), "voided_nanos", "expired_nanos", "left_nanos". A field that is 0
        may be missing.
        """
        return self._rest.call("GET", "/v1/credits/grants").get("grants", [])

    def preview(
        self, start_time: Union[datetime, str] = "", end_time: Union[datetime, str] = ""
    ) -> Dict[str, Any]:
        """Returns what a period of whole UTC hours would come to if it ended now:
        {"charges_nanos", "adjustments": [{"kind", "reference", "description",
        "amount_nanos", ...}], "due_nanos", ...}.

        Args:
            start_time: Default the first of the present UTC month. A datetime with a time
                zone, or RFC 3339.
            end_time: Default the first of the month after `start_time`.

        Raises:
            FurnaceError: "INVALID_ARGUMENT" for a bad period.
            ValueError: A datetime without a time zone.
        """
        query = {"start_time": rfc3339(start_time), "end_time": rfc3339(end_time)}
        return self._rest.call("GET", "/v1/credits/preview", query)

    def attributes(self) -> List[Dict[str, Any]]:
        """Returns what is known of the project, for subsidy policies, the latest first:
        {"attributes": {name: text}, "effective_from", "recorded_at"}."""
        return self._rest.call("GET", "/v1/projects/me/attributes").get("history", [])

    def decisions(self) -> Iterator[Dict[str, Any]]:
        """Yields what was decided on the project's subsidies, newest first: "id",
        "start_time", "end_time", "decided_at", "decider" ("local", "opa" or "fallback"),
        "note", "input", "result"."""
        return self._rest.pages("/v1/subsidy-decisions", "decisions", page_size=100)
