"""Runs one job through the handler."""

from __future__ import annotations

import inspect
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, NamedTuple, Optional

from furnace.serverless import _outcome
from furnace.serverless._environment import Identity
from furnace.serverless._settings import Settings

if TYPE_CHECKING:
    from furnace.serverless._event_loop import EventLoop

PostChunk = Callable[[bytes], None]


class Outcome(NamedTuple):
    """How a job ended."""

    body: bytes  # of its job-done report
    failed: bool
    is_stream: bool


class Stream:
    """The items of a generator on their way out."""

    def __init__(self, post_chunk: PostChunk, keep: bool) -> None:
        self._post_chunk = post_chunk
        self._keep = keep
        self.kept: List[Any] = []

    def emit(self, item: Any) -> None:
        """Posts an item. Raises HandlerFailure for one that reports a failure."""
        error = _outcome.failure_in(item)
        if error is not None:
            raise _outcome.HandlerFailure(error)
        self._post_chunk(_outcome.to_json({"output": item}))
        if self._keep:
            self.kept.append(item)


class Runner:
    """Calls the handler, whatever kind of function it is."""

    def __init__(self, settings: Settings, identity: Identity) -> None:
        self._settings = settings
        self._identity = identity
        self._loop: Optional[EventLoop] = None
        self._loop_starting = threading.Lock()

    def run(self, event: Dict[str, Any], post_chunk: PostChunk) -> Outcome:
        """Runs a job to its end.

        Only SystemExit and KeyboardInterrupt leave it: with them a handler ends the
        process.

        Args:
            event: The job as the agent sent it, passed on unchanged.
            post_chunk: Called with each encoded item of a generator, in order.
        """
        is_stream = False
        try:
            returned = self._settings.handler(event)
            is_stream = inspect.isgenerator(returned) or inspect.isasyncgen(returned)
            if is_stream:
                returned = self._exhaust(returned, post_chunk)
            elif inspect.isawaitable(returned):
                returned = self._event_loop().run(returned)
            body = _outcome.of_return(returned)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # a cancelled coroutine raises no Exception
            body = _outcome.of_exception(error, self._identity)
        if self._settings.refresh_worker:
            body["stopPod"] = True
        encoded, failed = _outcome.encode(body)
        return Outcome(encoded, failed, is_stream)

    def _exhaust(self, items: Any, post_chunk: PostChunk) -> List[Any]:
        stream = Stream(post_chunk, keep=self._settings.return_aggregate_stream)
        if inspect.isasyncgen(items):
            self._event_loop().run(_pump_async(items, stream.emit))
        else:
            _pump(items, stream.emit)
        return stream.kept

    def _event_loop(self) -> EventLoop:
        with self._loop_starting:
            if self._loop is None:
                # asyncio takes a while to load, and plain functions do without it.
                from furnace.serverless._event_loop import EventLoop

                self._loop = EventLoop()
            return self._loop


def _pump(items: Any, emit: Callable[[Any], None]) -> None:
    with closing(items):
        for item in items:
            emit(item)


async def _pump_async(items: Any, emit: Callable[[Any], None]) -> None:
    # One task for the whole generator, so that its context and its scopes hold; the
    # blocking post goes to a thread.
    import asyncio

    loop = asyncio.get_running_loop()
    try:
        async for item in items:
            await loop.run_in_executor(None, emit, item)
    finally:
        await items.aclose()
