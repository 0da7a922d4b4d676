"""Telling whoever runs jobs that one was committed; a call lost here is found by polling."""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[int], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have ``listener(job id)`` called after each commit of a job, in the committing thread."""
    if listener not in _listeners:
        _listeners.append(listener)


def leave(listener: Listener) -> None:
    """Stop listening."""
    if listener in _listeners:
        _listeners.remove(listener)


def tell(job_id: int) -> None:
    """Call every listener."""
    for listener in tuple(_listeners):
        listener(job_id)
