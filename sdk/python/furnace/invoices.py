"""What the project owes, by calendar month, UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Iterator, List, Union
from urllib.parse import quote

from furnace._options import rfc3339
from furnace._rest import Rest

Invoice = Dict[str, Any]

DRAFT = "draft"


class Invoices:
    """The project's invoices. An invoice is a dict: "id", "number", "status" ("DRAFT" or
    "FINAL"), "period_start", "period_end", "total_nanos" (nano-dollars), "due_cents" and, but
    in lists, "lines". A line has "section" ("USAGE", "LATE", "CORRECTION" or "ADJUSTMENT"),
    "kind", "endpoint_id", "gpu_type", "quantity" in "unit", "unit_price_nanos",
    "amount_nanos". A field that is not set may be missing.

    Every method raises FurnaceError; "NOT_FOUND" for an id the project does not have.
    """

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def list(self) -> Iterator[Invoice]:
        """Yields final invoices, newest first and without lines, fetching as they are read."""
        return self._rest.pages("/v1/invoices", "invoices")

    def get(self, invoice_id: str) -> Invoice:
        """Returns a final invoice with its lines."""
        return self._rest.call("GET", _path(invoice_id))

    def draft(
        self,
        month: str = "",
        start_time: Union[datetime, str] = "",
        end_time: Union[datetime, str] = "",
    ) -> Invoice:
        """Returns what an invoice would be now.

        Args:
            month: "2026-03"; default the first month that has no final invoice.
            start_time: In place of a month: from this whole UTC hour on.
            end_time: Before this whole UTC hour.

        Raises:
            ValueError: A datetime without a time zone.
        """
        query = {
            "month": month,
            "start_time": rfc3339(start_time),
            "end_time": rfc3339(end_time),
        }
        return self._rest.call("GET", _path(DRAFT), query)

    def document(self, invoice_id: str, format: str, month: str = "") -> bytes:
        """Returns an invoice as a file.

        Args:
            invoice_id: Its id, or "draft".
            format: "CSV", "FOCUS" (CSV with the columns of FOCUS 1.0) or "HTML".
            month: Of a draft: as in `draft`.
        """
        query = {"format": format, "month": month}
        return self._rest.file(_path(invoice_id) + "/document", query)

    def audit(self, invoice_id: str) -> List[str]:
        """Has a final invoice made anew and returns what differs: nothing."""
        return self._rest.call("GET", _path(invoice_id) + "/audit").get("differences", [])


def _path(invoice_id: str) -> str:
    return "/v1/invoices/" + quote(invoice_id, safe="")
