"""The life of one content as a pure table: which state may follow which."""

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


def moved(current: str, following: State) -> State:
    """``following``, if it may come after ``current``.

    Raises UsageError for a step the table does not have.
    """
    if following not in AFTER[State(current)]:
        raise UsageError(detail=f"content: {current} -> {following}")
    return following
