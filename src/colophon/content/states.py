"""The lives of a content and of its version without explicit label: which state may follow which."""

from __future__ import annotations

from enum import StrEnum

from colophon.errors import UsageError


class State(StrEnum):
    """Where a content stands. Only ``released`` may be given out."""

    RECEIVED = "received"
    PRODUCING = "producing"
    LABELLING = "labelling"
    RELEASED = "released"
    HELD = "held"
    WITHDRAWN = "withdrawn"


AFTER: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.PRODUCING, State.LABELLING, State.HELD}),
    State.PRODUCING: frozenset({State.LABELLING, State.HELD}),
    State.LABELLING: frozenset({State.RELEASED, State.HELD}),
    State.RELEASED: frozenset({State.WITHDRAWN}),
    State.HELD: frozenset({State.PRODUCING, State.LABELLING}),
    State.WITHDRAWN: frozenset(),
}
"""What may follow each state; the documentation's diagram is drawn from this."""

SETTLED = frozenset({State.RELEASED, State.HELD, State.WITHDRAWN})
"""States nothing moves on from without a new decision."""


class VersionState(StrEnum):
    """Where a version without explicit label stands. Only ``made`` may be given out."""

    ACCEPTED = "accepted"
    MADE = "made"
    HELD = "held"


VERSION_AFTER: dict[VersionState, frozenset[VersionState]] = {
    VersionState.ACCEPTED: frozenset({VersionState.MADE, VersionState.HELD}),
    VersionState.MADE: frozenset(),
    VersionState.HELD: frozenset({VersionState.ACCEPTED}),
}
"""What may follow each state of such a version."""


def moved(current: str, following: State) -> State:
    """``following``, if it may come after ``current``.

    Raises UsageError for a step the table does not have.
    """
    if following not in AFTER[State(current)]:
        raise UsageError(detail=f"content: {current} -> {following}")
    return following


def version_moved(current: str, following: VersionState) -> VersionState:
    """``following``, if it may come after ``current``.

    Raises UsageError for a step the table does not have.
    """
    if following not in VERSION_AFTER[VersionState(current)]:
        raise UsageError(detail=f"version: {current} -> {following}")
    return following
