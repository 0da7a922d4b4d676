"""How often one client may ask: a fixed window of a minute in the cache."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.cache import cache

from colophon.errors import TooOften

WINDOW_SECONDS = 60


def admit(client: str, purpose: str, limit: int, *, now: datetime) -> None:
    """Counts one request of ``client``, at most ``limit`` a minute for each ``purpose``.

    Raises TooOften with the seconds left. The client (an address) is kept only as a hash, and
    only for the window.
    """
    moment = int(now.timestamp())
    window, passed = divmod(moment, WINDOW_SECONDS)
    name = hashlib.sha256(f"{purpose}\0{client}\0{window}".encode()).hexdigest()
    if cache.add(name, 1, WINDOW_SECONDS * 2):
        return
    try:
        count = cache.incr(name)
    except ValueError:  # fell out of the cache between the two calls
        return
    if count > limit:
        raise TooOften(seconds=WINDOW_SECONDS - passed)
