"""How much content is where, for staff: counts only, no content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from colophon.content.models import Content
from colophon.content.release import HELD
from colophon.content.states import SETTLED, State
from colophon.errors import ReadBackFailed

HELD_EVENT = HELD
"""The kind of the event that a content was held; the log counts these by day."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts at one moment. ``unread``: held because a label was not read back."""

    held: int
    unread: int
    moving: int
    released: int


def standing(since: datetime) -> Standing:
    """Where contents stand now; ``released`` counts those released from ``since`` on."""
    moving = [state.value for state in State if state not in SETTLED]
    return Standing(
        **Content.objects.aggregate(
            held=Count("pk", filter=Q(state=State.HELD)),
            unread=Count("pk", filter=Q(state=State.HELD, problem__code=ReadBackFailed.code)),
            moving=Count("pk", filter=Q(state__in=moving)),
            released=Count("pk", filter=Q(state=State.RELEASED, released__gte=since)),
        )
    )


def released_by_day(since: datetime) -> dict[date, int]:
    """How many contents were released on each day, in the site's time zone."""
    counted = (
        Content.objects.filter(released__gte=since)
        .annotate(day=TruncDate("released"))
        .values("day")
        .annotate(count=Count("pk"))
        .order_by("day")
    )
    return {row["day"]: row["count"] for row in counted}
