"""The one exception of the API client."""


class FurnaceError(Exception):
    """A call that Furnace refused, or that never reached it.

    Attributes:
        status: HTTP status, or 0 when there was no answer.
        code: Name of the error, e.g. "NOT_FOUND". "UNAVAILABLE" when there was no
            answer, "DEADLINE_EXCEEDED" when it did not come in time.
        message: What was asked and what was wrong.
        request_id: Names the call in Furnace's logs; empty without an answer.
    """

    def __init__(self, status: int, code: str, message: str, request_id: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.request_id = request_id
