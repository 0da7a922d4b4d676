"""Rows the law asks to be kept: nothing takes them out or rewrites them before their term."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from colophon.errors import RecordKept
from colophon.provisions import parameters
from colophon.store import clock

KEEP_MONTHS = "unlabelled_request.retention_months"


def keep_until(moment: datetime) -> datetime:
    """When what happened at ``moment`` may be forgotten.

    Source: Measures for Labelling Art. 9. Months are those of the calendar; a day is added, so
    that no time zone makes the term too short.
    """
    day = moment.date()
    months = int(parameters.number(KEEP_MONTHS, day))
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    due = moment.replace(year=year, month=month, day=min(day.day, last))
    return due + timedelta(days=1)


class KeptRows(models.QuerySet[Any]):
    """Rows that are deleted only after their term. Triggers of the database hold the same."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raises RecordKept when any of them is still to be kept."""
        kept = self.filter(keep_until__gt=clock.now()).order_by("-keep_until").first()
        if kept is not None:
            raise RecordKept(until=kept.keep_until.date().isoformat())
        return super().delete()


class KeptForGood(models.Model):
    """Texts that were shown to people: a new version is a new row."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises RecordKept for a row that is there already."""
        if not self._state.adding:
            raise RecordKept(until="∞")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises RecordKept."""
        raise RecordKept(until="∞")
