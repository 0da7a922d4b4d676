"""A client is let in so many times a minute, and told how long to wait then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from colophon.errors import TooOften
from colophon.parties import throttle

NOW = datetime(2026, 1, 1, 12, 0, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def ask(client="1.2.3.4", purpose="inspect", now=NOW, times=1):
    for _ in range(times):
        throttle.admit(client, purpose, 3, now=now)


def test_the_fourth_of_three_is_refused_with_the_seconds_left():
    ask(times=3)
    with pytest.raises(TooOften) as refused:
        ask()
    assert refused.value.details["seconds"] == "40"


def test_the_next_minute_is_new():
    ask(times=3)
    ask(now=NOW + timedelta(seconds=40), times=3)


def test_clients_and_purposes_are_counted_apart():
    ask(times=3)
    ask(client="1.2.3.5", times=3)
    ask(purpose="other", times=3)


def test_no_address_is_kept():
    ask(client="203.0.113.77")
    assert "203.0.113.77" not in repr(cache._cache)
