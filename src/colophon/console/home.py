"""The console's front page: the numbers that matter now, two plots, the board, last events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from colophon.console import board
from colophon.content import figures as content_figures
from colophon.errors import Lang
from colophon.parties import keys
from colophon.store import clock, events
from colophon.store import figures as job_figures
from colophon.store.states import State as JobState

if TYPE_CHECKING:
    from django.http import HttpRequest

    from colophon.store.models import Event

DAYS = 14
EVENTS = 12
PLOT_WIDTH, PLOT_HEIGHT = 392, 96


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, what it counts, and where its rows are."""

    count: int
    name: str
    address: str
    wants_action: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a plot; lengths in the plot's own units."""

    day: date
    count: int
    x: int
    height: int

    @property
    def top(self) -> int:
        """Where the bar begins, from above."""
        return PLOT_HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Line:
    """One event and what it is in the active language."""

    event: Event
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Counts by day, the last ``DAYS`` of them."""

    title: str
    total: int
    top: int
    bars: tuple[Bar, ...]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds what the front page shows (called by unfold)."""
    now = clock.now()
    context |= {
        "figures": figures(now),
        "plots": plots(now),
        "articles": board.strip(),
        "last_events": last_events() if request.user.has_perm("store.view_event") else (),
    }
    return context


def last_events() -> tuple[Line, ...]:
    """The newest events in words; a kind no room registers any more shows its code."""
    lang: Lang = "zh" if (get_language() or "").startswith("zh") else "en"
    words = {name: said[lang] for name, said in events.kinds().items()}
    return tuple(Line(event, words.get(event.kind, event.kind)) for event in events.newest(EVENTS))


def figures(now: datetime) -> tuple[Figure, ...]:
    """Today's numbers; each leads to its rows."""
    contents = reverse("admin:content_content_changelist")
    jobs = reverse("admin:store_job_changelist")
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    count = content_figures.standing(midnight)
    dead = job_figures.jobs_by_state().get(JobState.DEAD, 0)
    held_at = f"{contents}?state__exact=held"
    return (
        Figure(count.held, _("held, to decide"), held_at, wants_action=True),
        Figure(count.unread, _("read-back failures"), held_at, wants_action=True),
        Figure(dead, _("dead jobs"), f"{jobs}?state__exact=dead", wants_action=True),
        Figure(count.moving, _("on their way"), contents),
        Figure(count.released, _("released today"), f"{contents}?state__exact=released"),
        Figure(keys.in_use(), _("API keys in use"), reverse("admin:parties_apikey_changelist")),
    )


def plots(now: datetime) -> tuple[Plot, Plot]:
    """Released a day and held a day."""
    today = timezone.localtime(now).date()
    first = timezone.make_aware(
        datetime.combine(today - timedelta(days=DAYS - 1), datetime.min.time())
    )
    released = content_figures.released_by_day(first)
    held = events.by_day(content_figures.HELD_EVENT, first)
    return _plot(_("Released a day"), today, released), _plot(_("Held a day"), today, held)


def _plot(title: str, today: date, counts: dict[date, int]) -> Plot:
    days = [today - timedelta(days=DAYS - 1 - back) for back in range(DAYS)]
    top = max([1, *(counts.get(day, 0) for day in days)])
    step = PLOT_WIDTH // DAYS
    bars = tuple(
        Bar(day, counts.get(day, 0), place * step, round(PLOT_HEIGHT * counts.get(day, 0) / top))
        for place, day in enumerate(days)
    )
    return Plot(title, sum(bar.count for bar in bars), top, bars)
