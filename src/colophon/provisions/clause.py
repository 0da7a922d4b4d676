"""A clause's name in three spellings: 17.1.3, 第十七条第一款第（三）项, Art. 17(1)(3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from colophon.errors import ClauseUnknown
from colophon.provisions import numerals

_LONGEST = 64
_N = r"([1-9][0-9]?)"
_DOTTED = re.compile(rf"(?:Art(?:icle|\.)?\s*)?{_N}(?:\.{_N}(?:\.{_N})?)?", re.IGNORECASE)
_BRACKETED = re.compile(
    rf"(?:Art(?:icle|\.)?\s*)?{_N}(?:\s*(?:\({_N}\)|¶{_N})(?:\s*\({_N}\))?)?", re.IGNORECASE
)
_Z = r"([^第条款项()]+)"
_CHINESE = re.compile(rf"第{_Z}条(?:第{_Z}款(?:第(?:{_Z}|\({_Z}\))项)?)?")


@dataclass(frozen=True, slots=True, order=True)
class Clause:
    """An article, one of its paragraphs (款), or an item (项) of that; each 1 to 99.

    Only the spelling is checked here; whether the Provisions have the clause,
    ``catalogue.clause`` says.
    """

    article: int
    paragraph: int | None = None
    item: int | None = None

    @classmethod
    def parse(cls, text: str) -> Clause:
        """Any of the spellings, full-width forms too. Raises ClauseUnknown."""
        plain = numerals.half_width(text[: _LONGEST + 1]).strip()
        if len(plain) <= _LONGEST:
            for reader in (_dotted, _bracketed, _chinese):
                found = reader(plain)
                if found:
                    return cls(*found)
        raise ClauseUnknown(clause=text[:_LONGEST])

    @property
    def id(self) -> str:
        """``17.1.3``: the spelling used in code, events and addresses."""
        return ".".join(str(part) for part in self._parts())

    @property
    def zh(self) -> str:
        """第十七条第一款第（三）项."""
        article, *rest = (numerals.chinese(part) for part in self._parts())
        spelt = f"第{article}条"
        if rest:
            spelt += f"第{rest[0]}款"
        return f"{spelt}第（{rest[1]}）项" if len(rest) > 1 else spelt

    @property
    def en(self) -> str:
        """``Art. 17(1)(3)``."""
        article, *rest = self._parts()
        return f"Art. {article}" + "".join(f"({part})" for part in rest)

    def __str__(self) -> str:
        return self.id

    def _parts(self) -> tuple[int, ...]:
        return tuple(part for part in (self.article, self.paragraph, self.item) if part is not None)


_Numbers = tuple[int, ...]


def _dotted(text: str) -> _Numbers | None:
    found = _DOTTED.fullmatch(text)
    return _numbers(found) if found else None


def _bracketed(text: str) -> _Numbers | None:
    found = _BRACKETED.fullmatch(text)
    return _numbers(found) if found else None


def _chinese(text: str) -> _Numbers | None:
    found = _CHINESE.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        return None
    named = [part for part in found.groups() if part]
    read = tuple(number for part in named if (number := numerals.read(part)) is not None)
    return read if len(read) == len(named) else None


def _numbers(found: re.Match[str]) -> _Numbers:
    return tuple(int(part) for part in found.groups() if part)
