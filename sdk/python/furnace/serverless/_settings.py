"""What `start` was asked to do."""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Optional


class Settings(NamedTuple):
    """The configuration of a worker; `start` documents the fields."""

    handler: Callable[[Any], Any]
    return_aggregate_stream: bool
    concurrency_modifier: Optional[Callable[[int], int]]
    refresh_worker: bool

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Settings:
        """Raises TypeError when there is nothing to run."""
        handler = config.get("generator") or config.get("handler")
        if not callable(handler):
            raise TypeError('furnace.serverless.start needs a function as "handler" or "generator"')
        return cls(
            handler=handler,
            return_aggregate_stream=bool(config.get("return_aggregate_stream")),
            concurrency_modifier=config.get("concurrency_modifier"),
            refresh_worker=bool(config.get("refresh_worker")),
        )
