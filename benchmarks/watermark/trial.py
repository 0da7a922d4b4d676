"""One marker tried on many contents under many attacks: what came back, and what it cost."""

from __future__ import annotations

import resource
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Generic, TypeVar

import numpy as np

from colophon.errors import TooSmallToMark

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Found:
    """``present``: a mark is said to be there, whether or not its payload was read."""

    payload: int | None
    present: bool


NOTHING = Found(None, False)


@dataclass(frozen=True, slots=True)
class Marker(Generic[Content]):
    """``decides``: it can answer that there is no mark; others always give bits.

    ``most``: so many contents are enough for a slow one.
    """

    name: str
    bits: int
    embed: Callable[[Content, int], Content]
    find: Callable[[Content], Found]
    decides: bool = False
    most: int | None = None


@dataclass(slots=True)
class Outcome:
    """``read``, ``seen``: by attack, for each content; ``wrong``: a payload nobody embedded;
    ``quality``: by measure; seconds are of the processor, for each unit of content."""

    name: str
    bits: int
    decides: bool
    read: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    quality: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    embed_s: list[float] = field(default_factory=list)
    find_s: list[float] = field(default_factory=list)
    longest_s: float = 0.0
    memory: float = 0.0
    wrong: int = 0
    refused: int = 0

    @property
    def contents(self) -> int:
        return len(self.embed_s)

    def share(self, attack: str, *, seen: bool = False) -> float | None:
        """Of one attack, whatever stands in its brackets; None where it was not tried."""
        asked = self.seen if seen else self.read
        hits = [hit for name, all_ in asked.items() if family(name) == attack for hit in all_]
        return fmean(hits) if hits else None

    def mean(self) -> float:
        """Over all attacks, each with the same weight."""
        families = dict.fromkeys(map(family, self.read))
        return fmean([self.share(one) or 0.0 for one in families]) if families else 0.0

    def milliseconds(self) -> tuple[float, float]:
        """Of the processor, to mark and to read what was not attacked, for each unit."""
        return median(self.embed_s or [0.0]) * 1000, median(self.find_s or [0.0]) * 1000


def tried(
    marker: Marker[Content],
    contents: Sequence[Content],
    attacks: Mapping[str, Callable[[Content], Content]],
    units: Callable[[Content], float],
    judged: Callable[[Content, Content], Mapping[str, float]],
) -> Outcome:
    """``units``: how much a content is, for the time it takes; ``judged``: its quality marked."""
    outcome = Outcome(marker.name, marker.bits, marker.decides)
    rng = np.random.default_rng(64)
    for number, content in enumerate(contents[: marker.most]):
        payload = int.from_bytes(rng.bytes(16), "big") & ((1 << marker.bits) - 1)
        try:
            if number == 0:
                marker.find(marker.embed(content, payload))  # what is made once is made now
            marked, seconds = _timed(marker.embed, content, payload)
        except TooSmallToMark:
            outcome.refused += 1
            continue
        outcome.embed_s.append(seconds / units(content))
        for name, value in judged(content, marked).items():
            outcome.quality[name].append(value)
        for name, attack in attacks.items():
            _one(marker, attack(marked), name, payload, outcome)
            if name == "none":
                outcome.find_s[-1] /= units(content)
    return outcome


def _one(
    marker: Marker[Content], changed: Content, attack: str, payload: int, outcome: Outcome
) -> None:
    found, seconds = _timed(marker.find, changed)
    outcome.read[attack].append(found.payload == payload)
    outcome.seen[attack].append(found.present)
    outcome.longest_s = max(outcome.longest_s, seconds)
    if marker.decides:
        outcome.wrong += found.payload not in {payload, None}
    if attack == "none":
        outcome.find_s.append(seconds)


def _timed(work: Callable[..., Result], *arguments: object) -> tuple[Result, float]:
    began = processor_seconds()
    result = work(*arguments)
    return result, processor_seconds() - began


Result = TypeVar("Result")


def processor_seconds() -> float:
    """Of this process and of the programs it has run."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def family(name: str) -> str:
    """The attack without what stands in brackets."""
    return name.split(" (", maxsplit=1)[0]
