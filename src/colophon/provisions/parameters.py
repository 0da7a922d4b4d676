"""Every number a law or standard sets: dated, sourced, asked for by id.

The data is ``parameters.yaml``; nothing else in the project writes such a number down. It is
read on the first question and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from colophon.errors import ParameterUnknown
from colophon.provisions import packaged

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value while it is in force.

    ``value`` of a closed list is its words joined by spaces (`words` gives them apart);
    ``certainty`` is explained at the head of the data file.
    """

    id: str
    value: Value
    unit: str
    start: date
    source: str
    clause: str
    certainty: str
    zh: str
    en: str


def value(parameter_id: str, on: date | None = None) -> Value:
    """The value in force on a day (default: today). Raises ParameterUnknown."""
    return parameter(parameter_id, on).value


def number(parameter_id: str, on: date | None = None) -> float:
    """As `value`, for an amount. Raises ParameterUnknown when the value is words."""
    found = value(parameter_id, on)
    if isinstance(found, str):
        raise ParameterUnknown(id=parameter_id, detail="its value is not a number")
    return found


def words(parameter_id: str, on: date | None = None) -> tuple[str, ...]:
    """As `value`, for a closed list: its words in order. Raises ParameterUnknown."""
    return tuple(str(value(parameter_id, on)).split())


def parameter(parameter_id: str, on: date | None = None) -> Parameter:
    """The value in force on a day with its unit and source. Raises ParameterUnknown."""
    day = on or date.today()  # noqa: DTZ011 - the law's days are calendar days where we run
    return in_force(history(parameter_id), day)


def in_force(dated: tuple[Parameter, ...], day: date) -> Parameter:
    """The last of the values, oldest first, that had begun by a day. Raises ParameterUnknown."""
    begun = [entry for entry in dated if entry.start <= day]
    if not begun:
        first = dated[0]
        raise ParameterUnknown(id=first.id, detail=f"not in force before {first.start.isoformat()}")
    return begun[-1]


def history(parameter_id: str) -> tuple[Parameter, ...]:
    """All values of one parameter, oldest first. Raises ParameterUnknown."""
    try:
        return _all()[parameter_id]
    except KeyError:
        raise ParameterUnknown(id=parameter_id, detail="no such parameter") from None


def ids() -> Iterator[str]:
    """The ids in the order of the data file."""
    return iter(_all())


@cache
def _all() -> dict[str, tuple[Parameter, ...]]:
    data = packaged.load("parameters.yaml")
    return {key: _dated(key, entry) for key, entry in data.items()}


def _dated(parameter_id: str, entry: dict[str, Any]) -> tuple[Parameter, ...]:
    found = [
        Parameter(
            id=parameter_id,
            value=_plain(line["value"]),
            unit=entry["unit"],
            start=line["from"],
            source=entry["source"],
            clause=line["clause"],
            certainty=line["certainty"],
            zh=entry["zh"],
            en=entry["en"],
        )
        for line in entry["values"]
    ]
    return tuple(sorted(found, key=lambda each: each.start))


def _plain(found: Value | list[str]) -> Value:
    return " ".join(found) if isinstance(found, list) else found
