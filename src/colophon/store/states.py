"""The life of a job, as one table; pure.

``leased`` is the only state in which a body may run, and a lease ends by itself: what a dead
process held comes back to the queue.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final


class State(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    STOPPED = "stopped"


class Step(StrEnum):
    LEASE = "lease"
    FINISH = "finish"
    FAIL = "fail"
    GIVE_UP = "give_up"
    EXPIRE = "expire"
    RETURN = "return"
    STOP = "stop"
    RETRY = "retry"


TABLE: Final[dict[tuple[State, Step], State]] = {
    (State.QUEUED, Step.LEASE): State.LEASED,
    (State.QUEUED, Step.STOP): State.STOPPED,
    (State.LEASED, Step.FINISH): State.DONE,
    (State.LEASED, Step.FAIL): State.QUEUED,
    (State.LEASED, Step.GIVE_UP): State.DEAD,
    (State.LEASED, Step.EXPIRE): State.QUEUED,
    (State.LEASED, Step.RETURN): State.QUEUED,
    (State.LEASED, Step.STOP): State.STOPPED,
    (State.DEAD, Step.RETRY): State.QUEUED,
    (State.STOPPED, Step.RETRY): State.QUEUED,
}

LEASE_SECONDS: Final = 15.0
# After this many leases a job is a dead letter and waits for a person.
MAX_ATTEMPTS: Final = 8
FIRST_DELAY: Final = timedelta(seconds=2)
LONGEST_DELAY: Final = timedelta(minutes=15)
# A message to a worker may be lost, or only wait in a long queue: asking again gets rarer.
FIRST_HANDOVER_DELAY: Final = timedelta(seconds=10)
LONGEST_HANDOVER_DELAY: Final = timedelta(hours=1)


class NoSuchStep(ValueError):
    """The table has no such step from this state."""


def after(state: State | str, step: Step) -> State:
    """The state that ``step`` leads to; raises NoSuchStep."""
    try:
        return TABLE[State(state), step]
    except KeyError as error:
        raise NoSuchStep(f"a job that is {state} cannot {step}") from error


def states_before(step: Step) -> list[State]:
    """The states that ``step`` may start from."""
    return [state for (state, one) in TABLE if one is step]


def delay(attempts: int) -> timedelta:
    """How long after failure number ``attempts`` (from 1) the next try is due."""
    return _doubled(FIRST_DELAY, attempts, LONGEST_DELAY)


def handover_delay(times: int) -> timedelta:
    """How long after handover number ``times`` (from 1) a row nobody took is handed again."""
    return _doubled(FIRST_HANDOVER_DELAY, times, LONGEST_HANDOVER_DELAY)


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    # The power is bounded before it is taken: a large count must not overflow.
    doublings = min(max(times, 1) - 1, 20)
    return min(first * (1 << doublings), longest)
