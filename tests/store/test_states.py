"""The table of a job's life."""

from datetime import timedelta

import pytest

from colophon.store.states import (
    FIRST_DELAY,
    LONGEST_DELAY,
    TABLE,
    NoSuchStep,
    State,
    Step,
    after,
    delay,
    states_before,
)


def test_a_body_runs_only_under_a_lease_and_every_end_has_one():
    ends = {Step.FINISH, Step.FAIL, Step.GIVE_UP, Step.EXPIRE, Step.RETURN}
    for step in ends:
        assert states_before(step) == [State.LEASED]


def test_done_is_for_ever():
    assert not [state for (state, _) in TABLE if state is State.DONE]


def test_every_state_can_be_reached_from_queued():
    reached = {State.QUEUED}
    for _ in State:
        reached |= {target for (state, _), target in TABLE.items() if state in reached}
    assert reached == set(State)


@pytest.mark.parametrize("state", list(State))
def test_whatever_is_not_in_the_table_is_refused(state):
    for step in Step:
        if (state, step) not in TABLE:
            with pytest.raises(NoSuchStep):
                after(state, step)


def test_delays_double_up_to_a_cap():
    assert delay(1) == FIRST_DELAY
    assert delay(2) == 2 * FIRST_DELAY
    assert delay(10**9) == LONGEST_DELAY
    assert all(delay(n) <= delay(n + 1) for n in range(40))
    assert delay(0) == FIRST_DELAY
    assert LONGEST_DELAY < timedelta(hours=1)
