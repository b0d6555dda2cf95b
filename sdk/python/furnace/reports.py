"""What things cost, and are going to."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Iterable, Iterator, Optional, Union

from furnace._options import rfc3339
from furnace._rest import Rest

CostRow = Dict[str, Any]


class Reports:
    """Costs of the client's project, as dicts. Money is in nano-dollars (1e-9 USD), or
    exactly in atto-dollars as text ("cost_atto"). A field that is not set may be missing.

    Every method raises FurnaceError; "INVALID_ARGUMENT" names the field and what is wrong.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def cost(
        self,
        by: Iterable[str] = (),
        start: Optional[Union[datetime, str]] = None,
        end: Optional[Union[datetime, str]] = None,
        **options: Any,
    ) -> Iterator[CostRow]:
        """Yields a row for each group: its keys, "cost_nanos", "cost_atto", "gpu_time_us",
        "invocations", "nanos_per_invocation" and others; "tokens" and
        "nanos_per_1000_tokens" where jobs told of tokens.

        Args:
            by: What to split by: "endpoint", "gpu_type", "hour", "day" or "month",
                "api_key", "kind", "worker", "job", "tag:NAME".
            start: First full UTC hour; default the first of this month.
            end: The full UTC hour it ends at; default the end of this one.
            **options: endpoint_id, gpu_type, api_key_id, kind, worker_id and
                tagged="name=value" leave out all others; count_jobs=True adds "jobs" and
                "nanos_per_job"; dearest_first=True changes the order.
        """
        return self._rest.pages("/v1/reports/cost", "rows", _query(by, start, end, options))

    def total(
        self,
        start: Optional[Union[datetime, str]] = None,
        end: Optional[Union[datetime, str]] = None,
        **options: Any,
    ) -> CostRow:
        """Returns the sum of all costs; arguments as in `cost`."""
        return self._rest.call("GET", "/v1/reports/cost", _query((), start, end, options))["total"]

    def estimate(self, endpoint_id: str = "", **options: Any) -> Dict[str, Any]:
        """Returns what jobs are going to cost at the prices in force: "low_nanos",
        "high_nanos", and "rows" by GPU type.

        Args:
            endpoint_id: Whose jobs of the last 7 days tell what is not given.
            **options: gpu_types=["rtx4090"], gpu_milli=1000, execution_us=90_000_000, jobs=100.

        Raises:
            FurnaceError: "FAILED_PRECONDITION", neither given nor known from past jobs.
        """
        body = {**({"endpoint_id": endpoint_id} if endpoint_id else {}), **options}
        return self._rest.call("POST", "/v1/reports/estimate", body=body)

    def forecast(self, endpoint_id: str = "") -> Dict[str, Any]:
        """Returns what this month is going to cost: "month_to_date_nanos" and, unless
        "insufficient_history", "low_nanos", "likely_nanos" and "high_nanos"."""
        return self._rest.call("GET", "/v1/reports/forecast", {"endpoint_id": endpoint_id})


def _query(
    by: Iterable[str],
    start: Optional[Union[datetime, str]],
    end: Optional[Union[datetime, str]],
    options: Dict[str, Any],
) -> Dict[str, Any]:
    groups, tag = [], ""
    for group in by:
        name, _, value = group.partition(":")
        groups.append(name.upper())
        tag = value or tag
    given = {"group_by": groups, "tag": tag, "start_time": _time(start), "end_time": _time(end)}
    for name, value in options.items():
        given[name] = str(value).lower() if isinstance(value, bool) else value
    if given.get("kind"):
        given["kind"] = given["kind"].upper()
    return given


def _time(time: Optional[Union[datetime, str]]) -> str:
    return rfc3339(time) if time else ""
